//! Rows of the outbox, taken and settled.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use sqlx::PgPool;

use crate::deadline::InTime;
use crate::event_store::SHARD;

/// A row that this process works on.
#[derive(sqlx::FromRow)]
pub(super) struct Claim {
    pub(super) dedupe: String,
    pub(super) request: Vec<u8>,
    pub(super) fence: i64,
    pub(super) attempts: i32,
}

/// How a row is left.
pub(super) enum Settlement {
    Done,
    Again { after: Duration, reason: String },
    Dead { reason: String },
}

/// Takes, renews and settles.
#[derive(Clone)]
pub(super) struct Claims {
    pool: PgPool,
    lease: Duration,
    held: Arc<Mutex<HashMap<String, i64>>>,
}

impl Claims {
    pub(super) fn new(pool: PgPool, lease: Duration) -> Self {
        Self { pool, lease, held: Arc::default() }
    }

    /// Takes up to `limit` rows that are due and that nobody holds.
    pub(super) async fn take(&self, limit: i64) -> Result<Vec<Claim>, sqlx::Error> {
        let claims: Vec<Claim> = sqlx::query_as(
            "UPDATE es.outbox o \
                SET lease_until = now() + $2, fence = o.fence + 1, attempts = o.attempts + 1 \
               FROM (SELECT shard, dedupe FROM es.outbox \
                      WHERE shard = $1 AND state = 'due' AND due_at <= now() AND lease_until < now() \
                      ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED) due \
              WHERE o.shard = due.shard AND o.dedupe = due.dedupe \
              RETURNING o.dedupe, o.request, o.fence, o.attempts",
        )
        .bind(SHARD)
        .bind(self.lease)
        .bind(limit)
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        let mut held = self.held.lock().expect("nobody panics while holding it");
        held.extend(claims.iter().map(|claim| (claim.dedupe.clone(), claim.fence)));
        Ok(claims)
    }

    /// Notes how it ended; without effect when the claim was lost meanwhile. A settlement that does
    /// not get through leaves the row to its lease: the task is done again.
    pub(super) async fn settle(&self, claim: &Claim, settlement: &Settlement) {
        let (state, after, reason) = match settlement {
            Settlement::Done => ("done", Duration::ZERO, None),
            Settlement::Again { after, reason } => ("due", *after, Some(reason)),
            Settlement::Dead { reason } => ("dead", Duration::ZERO, Some(reason)),
        };
        let settled = sqlx::query(
            "UPDATE es.outbox \
                SET state = $4, due_at = now() + $5, lease_until = '-infinity', last_error = $6 \
              WHERE shard = $1 AND dedupe = $2 AND fence = $3",
        )
        .bind(SHARD)
        .bind(&claim.dedupe)
        .bind(claim.fence)
        .bind(state)
        .bind(after)
        .bind(reason)
        .execute(&self.pool)
        .in_time()
        .await;
        self.held.lock().expect("nobody panics while holding it").remove(&claim.dedupe);
        if settled.is_err() {
            tracing::warn!("a settled task could not be noted; it will be done again");
        }
    }

    /// Renews what is held, three times per lease.
    pub(super) async fn keep_renewing(self) {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            let (dedupe, fence): (Vec<String>, Vec<i64>) = {
                let held = self.held.lock().expect("nobody panics while holding it");
                held.iter().map(|(dedupe, fence)| (dedupe.clone(), *fence)).unzip()
            };
            if dedupe.is_empty() {
                continue;
            }
            let renewed = sqlx::query(
                "UPDATE es.outbox o SET lease_until = now() + $2 \
                   FROM unnest($3::text[], $4::bigint[]) AS held(dedupe, fence) \
                  WHERE o.shard = $1 AND o.dedupe = held.dedupe AND o.fence = held.fence",
            )
            .bind(SHARD)
            .bind(self.lease)
            .bind(dedupe)
            .bind(fence)
            .execute(&self.pool)
            .in_time()
            .await;
            if renewed.is_err() {
                tracing::warn!("claims could not be renewed");
            }
        }
    }
}
