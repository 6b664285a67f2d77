//! What the service and its database use.

use std::time::Duration;

use anyhow::Context;
use sqlx::PgPool;

use super::service::Service;
use crate::dev::bench::cpu::ServerCpu;

/// PostgreSQL's sessions publish their counters up to a second late.
const STATISTICS_DELAY_MAX: Duration = Duration::from_millis(1_100);

/// What the service and its database have used.
pub(super) struct Usage {
    /// Processor time of the service.
    pub(super) service: Option<Duration>,
    /// Processor time of the database server.
    pub(super) database: Option<Duration>,
    /// Transactions in the service's database.
    pub(super) transactions: i64,
}

impl Usage {
    /// Reads it, through the maintenance database, so that this query is not counted.
    pub(super) async fn read(
        service: &Service,
        server: Option<ServerCpu>,
        admin: &PgPool,
    ) -> anyhow::Result<Self> {
        let (service, database) = (service.cpu(), server.and_then(ServerCpu::used));
        tokio::time::sleep(STATISTICS_DELAY_MAX).await;
        let transactions = sqlx::query_scalar(
            "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = 'hip_bench_own'",
        );
        let transactions = transactions
            .fetch_one(admin)
            .await
            .context("the server's statistics cannot be read")?;
        Ok(Self { service, database, transactions })
    }

    pub(super) fn since(&self, before: &Self) -> Self {
        let used =
            |now: Option<Duration>, before: Option<Duration>| Some(now?.saturating_sub(before?));
        Self {
            service: used(self.service, before.service),
            database: used(self.database, before.database),
            transactions: self.transactions - before.transactions,
        }
    }
}
