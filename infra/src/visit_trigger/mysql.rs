//! A trigger table in MySQL or MariaDB, as in AMRIT.
//!
//! TLS is used if the server offers it; `?ssl-mode=VERIFY_IDENTITY` in the URL requires it. The
//! password method of MySQL 8 needs it: without TLS it would use RSA, which is not built in.

use std::str::FromStr;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::VisitTrigger;
use hip_commands::port::visit_trigger::{TriggerRow, VisitTriggerError};
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, MySqlPool};

use super::{Tables, TriggerError, hidden};

/// A trigger table.
pub struct MySqlTrigger {
    pool: MySqlPool,
    select: String,
    mark: String,
}

impl MySqlTrigger {
    /// Opens the table in a database that may be unavailable at first.
    pub(super) fn connect(url: &str, tables: &Tables) -> Result<Self, TriggerError> {
        // The URL parser knows only one name for both.
        let url = url.replacen("mariadb://", "mysql://", 1);
        let options = MySqlConnectOptions::from_str(&url).map_err(|_| TriggerError::Url)?;
        // Dates there have no zone: "now" must be in the zone in which they were written, which is
        // the server's, and not UTC, which the driver would set.
        let options = options.timezone(None::<String>).disable_statement_logging();
        let pool = MySqlPoolOptions::new()
            .max_connections(super::CONNECTION_COUNT_MAX)
            .acquire_timeout(super::PATIENCE)
            .connect_lazy_with(options);
        Ok(Self::new(pool, tables))
    }

    fn new(pool: MySqlPool, tables: &Tables) -> Self {
        let (table, facility) = (&tables.trigger, tables.facility());
        // The flag may be a bit, a tiny integer or NULL.
        let select = format!(
            "SELECT CAST(t.id AS SIGNED), CAST(t.VisitCode AS CHAR), CAST({facility} AS CHAR) \
               FROM {table} t \
              WHERE (t.Processed_Flag IS NULL OR t.Processed_Flag = 0) AND t.id > ? \
                AND (? IS NULL OR t.visitdate IS NULL OR t.visitdate >= NOW() - INTERVAL ? SECOND) \
              ORDER BY t.id LIMIT ?"
        );
        let mark = format!("UPDATE {table} SET Processed_Flag = 1 WHERE id = ?");
        Self { pool, select, mark }
    }
}

#[async_trait]
impl VisitTrigger for MySqlTrigger {
    async fn unprocessed(
        &self,
        after: i64,
        limit: i64,
        lookback: Option<Duration>,
    ) -> Result<Vec<TriggerRow>, VisitTriggerError> {
        let lookback_s = lookback.map(|it| i64::try_from(it.as_secs()).unwrap_or(i64::MAX));
        let rows: Vec<(i64, String, Option<String>)> =
            sqlx::query_as(AssertSqlSafe(self.select.as_str()))
                .bind(after)
                .bind(lookback_s)
                .bind(lookback_s)
                .bind(limit)
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
