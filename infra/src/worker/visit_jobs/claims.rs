//! Claims jobs in turns and settles them.

use std::sync::Arc;
use std::time::Duration;

use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// A job that this process works on.
#[derive(sqlx::FromRow)]
pub(super) struct Claim {
    pub(super) source: String,
    pub(super) trigger_id: i64,
    pub(super) visit_code: String,
    facility_id: String,
    fence: i64,
    pub(super) attempts: i32,
}

impl Claim {
    /// The facility, if known.
    pub(super) fn facility(&self) -> Option<&str> {
        Some(self.facility_id.as_str()).filter(|id| !id.is_empty())
    }
}

/// The final state of a job.
pub(super) enum Settlement {
    Done,
    Again {
        after: Duration,
        reason: String,
    },
    /// Its facility is paused, which may have become known only now. No attempt is counted.
    Paused {
        facility: String,
        after: Duration,
    },
    Dead {
        reason: String,
    },
}

/// Claims, renews and settles.
pub(super) struct Claims {
    pool: PgPool,
    lease: Duration,
}

/// Facilities take turns: the one served longest ago is next and gets one job, then the next one,
/// and so on until enough are found. So a facility that waits with one visit waits for as many
/// others as there are facilities, and not for their thousands of visits.
///
/// The facilities with due jobs are found by an index walk from one to the next, and no
/// more of them are visited than jobs are wanted; the cost of a claim does not grow with the number
/// of jobs. Rows are locked only at the end: one that another
/// process claimed meanwhile is skipped.
const TAKE: &str = "
WITH RECURSIVE waiting AS (
  (SELECT facility_id FROM hip.visit_job WHERE state = 'due' ORDER BY facility_id LIMIT 1)
  UNION ALL
  SELECT (SELECT j.facility_id FROM hip.visit_job j
           WHERE j.state = 'due' AND j.facility_id > w.facility_id ORDER BY j.facility_id LIMIT 1)
    FROM waiting w WHERE w.facility_id IS NOT NULL
), turn AS (
  SELECT w.facility_id,
         (SELECT j.claimed_at FROM hip.visit_job j
           WHERE j.facility_id = w.facility_id AND j.claimed_at IS NOT NULL
           ORDER BY j.claimed_at DESC LIMIT 1) AS served_at
    FROM waiting w
   WHERE w.facility_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM hip.facility_intake i WHERE i.facility_id = w.facility_id AND i.paused)
     AND EXISTS (SELECT FROM hip.visit_job j
                  WHERE j.facility_id = w.facility_id AND j.state = 'due' AND j.due_at <= now()
                    AND j.lease_until < now() AND j.source = $1 AND j.trigger_id <> ALL ($4))
   ORDER BY served_at NULLS FIRST LIMIT $2
), candidate AS (
  SELECT next.source, next.trigger_id, t.served_at,
         row_number() OVER (PARTITION BY t.facility_id ORDER BY next.due_at, next.trigger_id) AS round
    FROM turn t CROSS JOIN LATERAL (
      SELECT j.source, j.trigger_id, j.due_at FROM hip.visit_job j
       WHERE j.facility_id = t.facility_id AND j.state = 'due' AND j.due_at <= now()
         AND j.lease_until < now() AND j.source = $1 AND j.trigger_id <> ALL ($4)
       ORDER BY j.due_at LIMIT $2
    ) next
), chosen AS (
  SELECT j.source, j.trigger_id
    FROM hip.visit_job j JOIN candidate c USING (source, trigger_id)
   WHERE j.state = 'due' AND j.lease_until < now()
   ORDER BY c.round, c.served_at NULLS FIRST
   LIMIT $2 FOR UPDATE OF j SKIP LOCKED
)
UPDATE hip.visit_job j
   SET lease_until = now() + $3, fence = j.fence + 1, attempts = j.attempts + 1, claimed_at = clock_timestamp()
  FROM chosen c
 WHERE j.source = c.source AND j.trigger_id = c.trigger_id
RETURNING j.source, j.trigger_id, j.visit_code, j.facility_id, j.fence, j.attempts";

impl Claims {
    pub(super) const fn new(pool: PgPool, lease: Duration) -> Self {
        Self { pool, lease }
    }

    /// Claims up to `limit` due and unclaimed jobs of a source whose facility is not paused.
    pub(super) async fn take(
        &self,
        source: &str,
        limit: i64,
        held: &[Arc<Claim>],
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let held = held.iter().filter(|claim| claim.source == source);
        let held: Vec<i64> = held.map(|claim| claim.trigger_id).collect();
        let due = sqlx::query_as(TAKE).bind(source).bind(limit).bind(self.lease).bind(held);
        due.fetch_all(&self.pool).in_time().await
    }

    /// Records the settlement; without effect if the claim was lost meanwhile. If recording
    /// fails, the job keeps its lease and is repeated.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        settlement: &Settlement,
    ) -> Result<(), sqlx::Error> {
        let (state, after, reason, facility) = match settlement {
            Settlement::Done => ("done", Duration::ZERO, None, None),
            Settlement::Again { after, reason } => ("due", *after, Some(reason.as_str()), None),
            Settlement::Paused { facility, after } => {
                ("due", *after, Some("the facility is paused"), Some(facility))
            }
            Settlement::Dead { reason } => ("dead", Duration::ZERO, Some(reason.as_str()), None),
        };
        sqlx::query(
            "UPDATE hip.visit_job \
                SET state = $4, due_at = now() + $5, lease_until = '-infinity', last_error = $6, \
                    facility_id = coalesce($7, facility_id), \
                    attempts = attempts - CASE WHEN $7::text IS NULL THEN 0 ELSE 1 END, \
                    done_at = CASE WHEN $4 = 'done' THEN now() END \
              WHERE source = $1 AND trigger_id = $2 AND fence = $3",
        )
        .bind(&claim.source)
        .bind(claim.trigger_id)
        .bind(claim.fence)
        .bind(state)
        .bind(after)
        .bind(reason)
        .bind(facility)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Renews leases. A row that is locked is being settled or erased, and is not waited for.
    pub(super) async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        let sources: Vec<&str> = claims.iter().map(|claim| claim.source.as_str()).collect();
        let ids: Vec<i64> = claims.iter().map(|claim| claim.trigger_id).collect();
        let fences: Vec<i64> = claims.iter().map(|claim| claim.fence).collect();
        sqlx::query(
            "UPDATE hip.visit_job j SET lease_until = now() + $1 \
               FROM (SELECT j.source, j.trigger_id FROM hip.visit_job j \
                       JOIN unnest($2::text[], $3::bigint[], $4::bigint[]) AS held(source, trigger_id, fence) \
                            USING (source, trigger_id, fence) \
                      WHERE j.state = 'due' AND j.lease_until > '-infinity' FOR UPDATE OF j SKIP LOCKED) held \
              WHERE j.source = held.source AND j.trigger_id = held.trigger_id",
        )
        .bind(self.lease)
        .bind(sources)
        .bind(ids)
        .bind(fences)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}
