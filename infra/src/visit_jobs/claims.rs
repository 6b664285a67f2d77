//! Jobs, taken in turns and settled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::PgPool;

use crate::deadline::InTime;

/// A job that this process works on.
#[derive(sqlx::FromRow)]
pub(super) struct Claim {
    pub(super) source: String,
    pub(super) trigger_id: i64,
    pub(super) visit_code: String,
    facility_id: String,
    pub(super) fence: i64,
    pub(super) attempts: i32,
}

impl Claim {
    /// The facility, when it is known.
    pub(super) fn facility(&self) -> Option<&str> {
        Some(self.facility_id.as_str()).filter(|id| !id.is_empty())
    }
}

/// How a job is left.
pub(super) enum Settlement {
    Done,
    Again {
        after: Duration,
        reason: String,
    },
    /// Its facility is paused, which may have become known only now. No attempt was made.
    Paused {
        facility: String,
        after: Duration,
    },
    Dead {
        reason: String,
    },
}

type Key = (String, i64);

/// Takes, renews and settles.
#[derive(Clone)]
pub(super) struct Claims {
    pool: PgPool,
    lease: Duration,
    sources: Arc<[String]>,
    held: Arc<Mutex<HashMap<Key, i64>>>,
}

/// Facilities take turns: who was served longest ago is next, and gets one job, then the next one,
/// and round again until enough are found. So a facility that waits with one visit waits for as many
/// others as there are facilities, and not for their thousands of visits.
///
/// The facilities with something due are found by a walk from one to the next along an index, and no
/// more of them are looked into than jobs are wanted; the cost of a claim does not grow with the number
/// of jobs. Rows are locked only at the end: one that another
/// process has taken meanwhile is passed over.
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
                    AND j.lease_until < now() AND j.source = ANY ($1))
   ORDER BY served_at NULLS FIRST LIMIT $2
), candidate AS (
  SELECT next.source, next.trigger_id, t.served_at,
         row_number() OVER (PARTITION BY t.facility_id ORDER BY next.due_at, next.trigger_id) AS round
    FROM turn t CROSS JOIN LATERAL (
      SELECT j.source, j.trigger_id, j.due_at FROM hip.visit_job j
       WHERE j.facility_id = t.facility_id AND j.state = 'due' AND j.due_at <= now()
         AND j.lease_until < now() AND j.source = ANY ($1)
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
    pub(super) fn new(pool: PgPool, lease: Duration, sources: Arc<[String]>) -> Self {
        Self { pool, lease, sources, held: Arc::default() }
    }

    /// Takes up to `limit` jobs that are due, that nobody holds and whose facility is not paused.
    pub(super) async fn take(&self, limit: i64) -> Result<Vec<Claim>, sqlx::Error> {
        let claims: Vec<Claim> = sqlx::query_as(TAKE)
            .bind(self.sources.as_ref())
            .bind(limit)
            .bind(self.lease)
            .fetch_all(&self.pool)
            .in_time()
            .await?;
        let mut held = self.held.lock().expect("nobody panics while holding it");
        held.extend(claims.iter().map(|claim| (key(claim), claim.fence)));
        Ok(claims)
    }

    /// Notes how it ended; without effect when the claim was lost meanwhile. A settlement that does
    /// not get through leaves the job to its lease: it is done again.
    pub(super) async fn settle(&self, claim: &Claim, settlement: &Settlement) {
        let (state, after, reason, facility) = match settlement {
            Settlement::Done => ("done", Duration::ZERO, None, None),
            Settlement::Again { after, reason } => ("due", *after, Some(reason.as_str()), None),
            Settlement::Paused { facility, after } => {
                ("due", *after, Some("the facility is paused"), Some(facility))
            }
            Settlement::Dead { reason } => ("dead", Duration::ZERO, Some(reason.as_str()), None),
        };
        let settled = sqlx::query(
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
        .await;
        self.held.lock().expect("nobody panics while holding it").remove(&key(claim));
        if settled.is_err() {
            tracing::warn!("a settled visit job could not be noted; it will be done again");
        }
    }

    /// Renews what is held, three times per lease.
    pub(super) async fn keep_renewing(self) {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let (mut sources, mut ids, mut fences) = (vec![], vec![], vec![]);
            for ((source, id), fence) in
                self.held.lock().expect("nobody panics while holding it").iter()
            {
                sources.push(source.clone());
                ids.push(*id);
                fences.push(*fence);
            }
            if ids.is_empty() {
                continue;
            }
            let renewed = sqlx::query(
                "UPDATE hip.visit_job j SET lease_until = now() + $1 \
                   FROM unnest($2::text[], $3::bigint[], $4::bigint[]) AS held(source, trigger_id, fence) \
                  WHERE j.source = held.source AND j.trigger_id = held.trigger_id AND j.fence = held.fence",
            )
            .bind(self.lease)
            .bind(sources)
            .bind(ids)
            .bind(fences)
            .execute(&self.pool)
            .in_time()
            .await;
            if renewed.is_err() {
                tracing::warn!("claims of visit jobs could not be renewed");
            }
        }
    }
}

fn key(claim: &Claim) -> Key {
    (claim.source.clone(), claim.trigger_id)
}
