//! The table in which a record system announces visits.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

/// A table of announced visits.
#[async_trait]
pub trait VisitTrigger: Send + Sync {
    /// Up to `limit` unprocessed rows after the row `after`, ordered by id. With `lookback` only visits that are not
    /// older; a visit without a date counts as recent.
    async fn unprocessed(
        &self,
        after: i64,
        limit: i64,
        lookback: Option<Duration>,
    ) -> Result<Vec<TriggerRow>, VisitTriggerError>;

    /// Marks a row as processed. Idempotent; a deleted row is ignored.
    async fn mark_processed(&self, id: i64) -> Result<(), VisitTriggerError>;
}

/// A row that announces a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerRow {
    /// Id of the row.
    pub id: i64,
    /// The visit code.
    pub visit_code: String,
    /// The facility's id in ABDM, if the table contains it.
    pub facility: Option<String>,
}

/// Why the table could not be used. The error text of the database is not included, because it may quote data.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VisitTriggerError {
    /// The database does not respond.
    #[error("the database of the trigger table cannot be reached")]
    Unreachable,
    /// The database returned an error: the table or a column is missing, or access is denied.
    #[error("the trigger table cannot be used (SQL state {code})")]
    Refused {
        /// The database's error code.
        code: String,
    },
}
