//! The calls of a conversation, from the read model of calls and the outbox.

use async_trait::async_trait;
use hip_commands::port::CorrelationIndex;
use hip_commands::port::correlation_index::CorrelationError;
use hip_domain::id::RequestId;
use sqlx::PgPool;
use thiserror::Error;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::subscription::projection_wait::{Waited, wait};

/// Index of conversations in Postgres.
pub struct PgCorrelationIndex {
    pool: PgPool,
}

/// The read model has not reached the required position.
#[derive(Debug, Error)]
#[error("the read model of calls is behind")]
struct Behind;

impl PgCorrelationIndex {
    /// Uses the read models in `pool`.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// The calls of a conversation that are known now; at most a thousand.
    ///
    /// # Errors
    ///
    /// The database cannot be read.
    pub async fn calls_so_far(&self, conversation: Uuid) -> Result<Vec<RequestId>, sqlx::Error> {
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "SELECT request_id FROM hip.outbound_call WHERE conversation = $1 \
              ORDER BY planned_pos LIMIT 1000",
        )
        .bind(conversation)
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        Ok(ids.into_iter().map(RequestId).collect())
    }
}

#[async_trait]
impl CorrelationIndex for PgCorrelationIndex {
    async fn calls(
        &self,
        conversation: Uuid,
        position: i64,
    ) -> Result<Vec<RequestId>, CorrelationError> {
        match wait(&self.pool, &["outbound_call"], position).await.map_err(unknown)? {
            Waited::Reached => {}
            Waited::NotYet | Waited::Beyond => return Err(CorrelationError(Box::new(Behind))),
        }
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "SELECT request_id FROM hip.outbound_call WHERE conversation = $1 AND planned_pos <= $2 \
              ORDER BY planned_pos",
        )
        .bind(conversation)
        .bind(position)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unknown)?;
        Ok(ids.into_iter().map(RequestId).collect())
    }

    async fn is_due(&self, call: RequestId) -> Result<bool, CorrelationError> {
        // A task names its call; there are few due tasks.
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM es.outbox WHERE shard = $1 AND state = 'due' AND kind = 'call' \
                               AND position(convert_to($2, 'UTF8') IN request) > 0)",
        )
        .bind(SHARD)
        .bind(call.to_string())
        .fetch_one(&self.pool)
        .in_time()
        .await
        .map_err(unknown)
    }
}

fn unknown(error: sqlx::Error) -> CorrelationError {
    CorrelationError(Box::new(error))
}
