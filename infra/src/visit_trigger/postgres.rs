//! A trigger table in PostgreSQL: our own, or a record system's.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::VisitTrigger;
use hip_commands::port::visit_trigger::{TriggerRow, VisitTriggerError};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, PgPool};

use super::{Tables, TriggerError, hidden};

/// A trigger table.
pub struct PgTrigger {
    pool: PgPool,
    select: String,
    mark: String,
}

impl PgTrigger {
    /// Uses the table in the database of `pool`.
    pub fn new(pool: PgPool, tables: &Tables) -> Self {
        let (table, facility) = (&tables.trigger, tables.facility());
        // Names without quotes: PostgreSQL reads them in lower case, as AMRIT's are stored there.
        let select = format!(
            "SELECT t.id::bigint, t.VisitCode::text, {facility}::text FROM {table} t \
              WHERE t.Processed_Flag IS NOT TRUE AND t.id > $1 \
                AND ($3::float8 IS NULL OR t.visitdate IS NULL \
                     OR t.visitdate >= now() - make_interval(secs => $3)) \
              ORDER BY t.id LIMIT $2"
        );
        let mark = format!("UPDATE {table} SET Processed_Flag = true WHERE id = $1");
        Self { pool, select, mark }
    }

    /// Opens the table in another database, which may be unavailable at first.
    pub(super) fn connect(url: &str, tables: &Tables) -> Result<Self, TriggerError> {
        let options = PgConnectOptions::from_str(url).map_err(|_| TriggerError::Url)?;
        let pool = PgPoolOptions::new()
            .max_connections(super::CONNECTION_COUNT_MAX)
            .acquire_timeout(super::PATIENCE)
            .connect_lazy_with(options.disable_statement_logging());
        Ok(Self::new(pool, tables))
    }
}

#[async_trait]
impl VisitTrigger for PgTrigger {
    async fn unprocessed(
        &self,
        after: i64,
        limit: i64,
        lookback: Option<Duration>,
    ) -> Result<Vec<TriggerRow>, VisitTriggerError> {
        let rows: Vec<(i64, String, Option<String>)> =
            sqlx::query_as(AssertSqlSafe(self.select.as_str()))
                .bind(after)
                .bind(limit)
                .bind(lookback.map(|lookback| lookback.as_secs_f64()))
                .fetch_all(&self.pool)
                .await
                .map_err(|error| hidden(&error))?;
        Ok(rows.into_iter().map(super::row).collect())
    }

    async fn mark_processed(&self, id: i64) -> Result<(), VisitTriggerError> {
        sqlx::query(AssertSqlSafe(self.mark.as_str()))
            .bind(id)
            .execute(&self.pool)
            .await
            .map_err(|error| hidden(&error))?;
        Ok(())
    }
}
