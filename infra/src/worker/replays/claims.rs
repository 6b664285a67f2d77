//! Claims items at the rate of their order, and settles them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hip_commands::operations::replay::{Done, Item};
use hip_domain::id::{ClientName, ReplayId};
use hip_domain::replay::{Direction, Ordered, Policy, Tally};
use hip_domain::stream::StreamId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;

/// An item that this process works on.
#[derive(sqlx::FromRow)]
pub(super) struct Claim {
    pub(super) replay_id: Uuid,
    pub(super) n: i32,
    stream_id: String,
    direction: String,
    policy: String,
    ordered_by: String,
    why: Option<String>,
    fence: i64,
    pub(super) attempts: i32,
}

impl Claim {
    pub(super) const fn replay(&self) -> ReplayId {
        ReplayId(self.replay_id)
    }

    /// The order in its row; `None` if only a newer program knows it.
    pub(super) fn order(&self) -> Option<Ordered> {
        let all = [Policy::Projections, Policy::Safe, Policy::All];
        Some(Ordered {
            replay: self.replay(),
            policy: all.into_iter().find(|policy| policy.as_str() == self.policy)?,
            by: ClientName::parse(&self.ordered_by).ok()?,
            why: self.why.clone(),
        })
    }

    /// The item to replay; `None` if only a newer program knows it.
    pub(super) fn item(&self) -> Option<Item> {
        let direction = match self.direction.as_str() {
            "call" => Direction::Call,
            "callback" => Direction::Callback,
            _ => return None,
        };
        Some(Item { direction, stream: StreamId::stored(&self.stream_id) })
    }
}

/// The final state of an item.
pub(super) enum Settlement {
    Done(Done),
    Again {
        after: Duration,
        reason: String,
    },
    /// Its order waits. No attempt is counted.
    Held {
        after: Duration,
    },
}

/// Claims, renews and settles.
pub(super) struct Claims {
    pool: PgPool,
    lease: Duration,
    has_open_order: AtomicBool,
}

/// Orders take turns. One with a rate gives one item at a time, and the next at its time; a slot that was
/// unused in the last second may be used at once, so that the average rate is kept. The lock on
/// the order's row prevents two processes from claiming at the same time.
const TAKE: &str = "
WITH task AS (
  SELECT t.replay_id, t.rate_per_s, t.policy, t.ordered_by, t.why FROM hip.replay_task t
   WHERE t.state = 'running' AND t.next_at <= now()
     AND EXISTS (SELECT FROM hip.replay_item i
                  WHERE i.replay_id = t.replay_id AND i.outcome IS NULL AND i.due_at <= now()
                    AND i.lease_until < now() AND (i.replay_id, i.n) NOT IN (SELECT * FROM unnest($3::uuid[], $4::int[])))
   ORDER BY t.claimed_at NULLS FIRST LIMIT 1 FOR UPDATE SKIP LOCKED
), chosen AS (
  SELECT i.replay_id, i.n FROM hip.replay_item i JOIN task t USING (replay_id)
   WHERE i.outcome IS NULL AND i.due_at <= now() AND i.lease_until < now()
     AND (i.replay_id, i.n) NOT IN (SELECT * FROM unnest($3::uuid[], $4::int[]))
   ORDER BY i.n LIMIT (SELECT CASE WHEN rate_per_s IS NULL THEN $1 ELSE 1 END FROM task)
     FOR UPDATE OF i SKIP LOCKED
), paced AS (
  UPDATE hip.replay_task t
     SET claimed_at = clock_timestamp(),
         next_at = CASE WHEN t.rate_per_s IS NULL THEN t.next_at
                        ELSE greatest(t.next_at, now() - interval '1 second')
                             + interval '1 second' / t.rate_per_s END
    FROM task WHERE t.replay_id = task.replay_id AND EXISTS (SELECT FROM chosen)
)
UPDATE hip.replay_item i
   SET lease_until = now() + $2, fence = i.fence + 1, attempts = i.attempts + 1
  FROM chosen c JOIN task t USING (replay_id)
 WHERE i.replay_id = c.replay_id AND i.n = c.n
RETURNING i.replay_id, i.n, i.stream_id, i.direction, t.policy, t.ordered_by, t.why, i.fence, i.attempts";

impl Claims {
    pub(super) const fn new(pool: PgPool, lease: Duration) -> Self {
        Self { pool, lease, has_open_order: AtomicBool::new(true) }
    }

    /// Whether there was an order that may run, when items were last taken.
    pub(super) fn has_open_order(&self) -> bool {
        self.has_open_order.load(Ordering::Relaxed)
    }

    /// Claims up to `limit` items of one running order.
    pub(super) async fn take(
        &self,
        limit: i64,
        held: &[Arc<Claim>],
    ) -> Result<Vec<Claim>, sqlx::Error> {
        let (replays, ns): (Vec<Uuid>, Vec<i32>) =
            held.iter().map(|claim| (claim.replay_id, claim.n)).unzip();
        let claims: Vec<Claim> = sqlx::query_as(TAKE)
            .bind(limit)
            .bind(self.lease)
            .bind(replays)
            .bind(ns)
            .fetch_all(&self.pool)
            .in_time()
            .await?;
        if claims.is_empty() {
            self.look_for_open_orders().await?;
        } else {
            self.has_open_order.store(true, Ordering::Relaxed);
        }
        Ok(claims)
    }

    /// Whether an order has not ended.
    pub(super) async fn look_for_open_orders(&self) -> Result<bool, sqlx::Error> {
        let is_open = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM hip.replay_task WHERE state IN ('running', 'paused'))",
        );
        let is_open = is_open.fetch_one(&self.pool).in_time().await?;
        self.has_open_order.store(is_open, Ordering::Relaxed);
        Ok(is_open)
    }

    /// Records the settlement; without effect if the claim was lost meanwhile. If recording
    /// fails, the item keeps its lease and is repeated.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        settlement: &Settlement,
    ) -> Result<(), sqlx::Error> {
        let (outcome, reason, resent, after, unmade) = match settlement {
            Settlement::Done(done) => {
                let resent = i32::try_from(done.resent).unwrap_or(i32::MAX);
                (Some(done.outcome.as_str()), done.reason.as_deref(), resent, Duration::ZERO, 0)
            }
            Settlement::Again { after, reason } => (None, Some(reason.as_str()), 0, *after, 0),
            Settlement::Held { after } => (None, None, 0, *after, 1),
        };
        sqlx::query(
            "UPDATE hip.replay_item \
                SET outcome = $4, reason = $5, resent = $6, due_at = now() + $7, attempts = attempts - $8, \
                    lease_until = '-infinity', done_at = CASE WHEN $4::text IS NOT NULL THEN now() END \
              WHERE replay_id = $1 AND n = $2 AND fence = $3",
        )
        .bind(claim.replay_id)
        .bind(claim.n)
        .bind(claim.fence)
        .bind(outcome)
        .bind(reason)
        .bind(resent)
        .bind(after)
        .bind(unmade)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    /// Running orders without remaining items, with the counts of their results.
    pub(super) async fn finished(&self) -> Result<Vec<(ReplayId, Tally)>, sqlx::Error> {
        let rows: Vec<(Uuid, [i32; 4])> = sqlx::query_as(
            "SELECT t.replay_id, ARRAY[count(*) FILTER (WHERE i.outcome = 'completed'), \
                                       count(*) FILTER (WHERE i.outcome = 'refused'), \
                                       count(*) FILTER (WHERE i.outcome = 'failed'), \
                                       count(*) FILTER (WHERE i.outcome = 'skipped')]::int[] \
               FROM hip.replay_task t JOIN hip.replay_item i USING (replay_id) \
              WHERE t.state = 'running' \
                AND NOT EXISTS (SELECT FROM hip.replay_item d \
                                 WHERE d.replay_id = t.replay_id AND d.outcome IS NULL) \
              GROUP BY t.replay_id",
        )
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let tally = |counts: [i32; 4]| {
            let [completed, refused, failed, skipped] =
                counts.map(|count| u32::try_from(count).unwrap_or_default());
            Tally { completed, refused, failed, skipped }
        };
        Ok(rows.into_iter().map(|(id, counts)| (ReplayId(id), tally(counts))).collect())
    }

    /// Renews leases. A row that is locked is being settled, and is not waited for.
    pub(super) async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        let replays: Vec<Uuid> = claims.iter().map(|claim| claim.replay_id).collect();
        let ns: Vec<i32> = claims.iter().map(|claim| claim.n).collect();
        let fences: Vec<i64> = claims.iter().map(|claim| claim.fence).collect();
        sqlx::query(
            "UPDATE hip.replay_item i SET lease_until = now() + $1 \
               FROM (SELECT i.replay_id, i.n FROM hip.replay_item i \
                       JOIN unnest($2::uuid[], $3::int[], $4::bigint[]) AS held(replay_id, n, fence) \
                            USING (replay_id, n, fence) \
                      WHERE i.outcome IS NULL AND i.lease_until > '-infinity' FOR UPDATE OF i SKIP LOCKED) held \
              WHERE i.replay_id = held.replay_id AND i.n = held.n",
        )
        .bind(self.lease)
        .bind(replays)
        .bind(ns)
        .bind(fences)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}
