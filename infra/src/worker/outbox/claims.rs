//! Claims and settles rows of the outbox.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::tasks::{Due, Lane};
use serde_json::Value;
use sqlx::PgPool;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// A row that this process works on.
#[derive(sqlx::FromRow)]
pub(super) struct Claim {
    pub(super) dedupe: String,
    request: Vec<u8>,
    pub(super) lane: i16,
    fence: i64,
    pub(super) attempts: i32,
}

/// Why a task cannot be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It has the form of a task, but content that this version of the program does not know.
    Unknown,
    Damaged,
}

impl Claim {
    pub(super) fn due(&self) -> Result<Due, Unread> {
        serde_json::from_slice(&self.request).map_err(|_| {
            let json: Value = serde_json::from_slice(&self.request).unwrap_or_default();
            let is_task =
                json.get("task").is_some() && json.get("cause").is_some_and(Value::is_object);
            if is_task { Unread::Unknown } else { Unread::Damaged }
        })
    }
}

/// The final state of a row.
pub(super) enum Settlement {
    Done,
    Again {
        after: Duration,
        reason: String,
    },
    /// Retried later; no attempt is counted.
    NotTried {
        after: Duration,
        reason: String,
    },
    /// Waits until fewer pages are in flight to this host. No attempt is counted.
    Waits {
        host: String,
    },
    /// It belongs to another lane. No attempt is counted.
    Moved {
        lane: Lane,
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

impl Claims {
    pub(super) const fn new(pool: PgPool, lease: Duration) -> Self {
        Self { pool, lease }
    }

    /// Claims up to `limit` due and unclaimed rows of a lane: urgent ones first, and none
    /// for one of the `busy` hosts.
    pub(super) async fn take(
        &self,
        lane: Lane,
        busy: &[String],
        limit: i64,
    ) -> Result<Vec<Claim>, sqlx::Error> {
        sqlx::query_as(
            "UPDATE es.outbox o \
                SET lease_until = now() + $2, fence = o.fence + 1, attempts = o.attempts + 1 \
               FROM (SELECT shard, dedupe FROM es.outbox \
                      WHERE shard = $1 AND state = 'due' AND due_at <= now() AND lease_until < now() \
                        AND lane = $4 AND (waits_for IS NULL OR waits_for <> ALL ($5)) \
                      ORDER BY priority, due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due \
              WHERE o.shard = due.shard AND o.dedupe = due.dedupe \
              RETURNING o.dedupe, o.request, o.lane, o.fence, o.attempts",
        )
        .bind(SHARD)
        .bind(self.lease)
        .bind(limit)
        .bind(lane.number())
        .bind(busy)
        .fetch_all(&self.pool)
        .in_time()
        .await
    }

    /// Records the settlement; without effect if the claim was lost meanwhile. If recording
    /// fails, the row keeps its lease and the task is repeated.
    pub(super) async fn settle(
        &self,
        claim: &Claim,
        settlement: &Settlement,
    ) -> Result<(), sqlx::Error> {
        let mut lane = claim.lane;
        let mut waits_for = None;
        let (state, after, reason, attempts) = match settlement {
            Settlement::Done => ("done", Duration::ZERO, None, 0),
            Settlement::Again { after, reason } => ("due", *after, Some(reason.as_str()), 0),
            Settlement::NotTried { after, reason } => ("due", *after, Some(reason.as_str()), 1),
            Settlement::Waits { host } => {
                waits_for = Some(host);
                ("due", Duration::ZERO, Some("other pages are on their way to the HIU"), 1)
            }
            Settlement::Moved { lane: other } => {
                lane = other.number();
                ("due", Duration::ZERO, None, 1)
            }
            Settlement::Dead { reason } => ("dead", Duration::ZERO, Some(reason.as_str()), 0),
        };
        sqlx::query(
            "UPDATE es.outbox \
                SET state = $4, due_at = now() + $5, lease_until = '-infinity', last_error = $6, \
                    attempts = attempts - $7, lane = $8, waits_for = $9 \
              WHERE shard = $1 AND dedupe = $2 AND fence = $3",
        )
        .bind(SHARD)
        .bind(&claim.dedupe)
        .bind(claim.fence)
        .bind(state)
        .bind(after)
        .bind(reason)
        .bind(attempts)
        .bind(lane)
        .bind(waits_for)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }

    pub(super) async fn renew(&self, claims: &[Arc<Claim>]) -> Result<(), sqlx::Error> {
        let (dedupe, fence): (Vec<&str>, Vec<i64>) =
            claims.iter().map(|claim| (claim.dedupe.as_str(), claim.fence)).unzip();
        sqlx::query(
            "UPDATE es.outbox o SET lease_until = now() + $2 \
               FROM unnest($3::text[], $4::bigint[]) AS held(dedupe, fence) \
              WHERE o.shard = $1 AND o.dedupe = held.dedupe AND o.fence = held.fence \
                AND o.state = 'due' AND o.lease_until > '-infinity'",
        )
        .bind(SHARD)
        .bind(self.lease)
        .bind(dedupe)
        .bind(fence)
        .execute(&self.pool)
        .in_time()
        .await?;
        Ok(())
    }
}
