//! Queries on the read model of transfers.

use async_trait::async_trait;
use hip_commands::port::TransferDirectory;
use hip_commands::port::patient_directory::DirectoryError;
use hip_domain::id::{ConsentId, RequestId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// The transfers in `hip.data_flow_request`.
pub struct PgTransferDirectory {
    pool: PgPool,
}

impl PgTransferDirectory {
    /// Uses the read models in `pool`.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }
}

#[async_trait]
impl TransferDirectory for PgTransferDirectory {
    async fn on_its_way(&self, consent: &ConsentId, position: i64) -> Result<bool, DirectoryError> {
        sqlx::query_scalar(
            "SELECT NOT EXISTS (SELECT FROM es.projection \
                                 WHERE name = 'data_flow_request' AND state IN ('live', 'halted') \
                                   AND shard = $2 AND position >= $3) \
                 OR EXISTS (SELECT FROM es.parked WHERE name = 'data_flow_request' AND shard = $2) \
                 OR EXISTS (SELECT FROM hip.page_push p JOIN hip.data_flow_request d USING (transaction_id) \
                             WHERE d.consent_id = $1 AND p.on_its_way)",
        )
        .bind(consent.as_str())
        .bind(SHARD)
        .bind(position)
        .fetch_one(&self.pool)
        .in_time()
        .await
        .map_err(|error| DirectoryError(Box::new(error)))
    }

    async fn unauthorized_pushes(
        &self,
        position: i64,
    ) -> Result<Option<Vec<RequestId>>, DirectoryError> {
        let unreachable = |error| DirectoryError(Box::new(error));
        let reaches: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM es.projection \
                             WHERE name = 'outbound_call' AND state IN ('live', 'halted') \
                               AND shard = $1 AND position >= $2)",
        )
        .bind(SHARD)
        .bind(position)
        .fetch_one(&self.pool)
        .in_time()
        .await
        .map_err(unreachable)?;
        if !reaches {
            return Ok(None);
        }
        let ids: Vec<Uuid> = sqlx::query_scalar(
            "SELECT request_id FROM hip.outbound_call \
              WHERE status = 'abandoned' AND changed_at > now() - interval '1 hour' \
                AND kind = 'push_page' AND http_status = 401 \
              ORDER BY changed_at LIMIT 10000",
        )
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreachable)?;
        Ok(Some(ids.into_iter().map(RequestId).collect()))
    }
}
