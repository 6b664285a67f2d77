//! The table in which a record system says that there is a visit to be fetched.

use std::time::Duration;

use async_trait::async_trait;
use thiserror::Error;

/// A table of triggers.
#[async_trait]
pub trait VisitTrigger: Send + Sync {
    /// Up to `limit` rows after the row `after` that are not marked as processed, by id. With a
    /// `lookback`, only those whose visit is no older; a visit without a date is as good as of today.
    async fn unprocessed(
        &self,
        after: i64,
        limit: i64,
        lookback: Option<Duration>,
    ) -> Result<Vec<TriggerRow>, VisitTriggerError>;

    /// Marks a row. Marked twice it is marked once; a row that is gone needs no mark.
    async fn mark_processed(&self, id: i64) -> Result<(), VisitTriggerError>;
}

/// A row: there is a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriggerRow {
    /// Names it.
    pub id: i64,
    /// The visit's code.
    pub visit_code: String,
    /// The facility's id in ABDM, when the table tells it.
    pub facility: Option<String>,
}

/// Why the table could not be used. Its database may quote what it holds, so none of its words are
/// shown.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VisitTriggerError {
    /// The database does not answer.
    #[error("the database of the trigger table cannot be reached")]
    Unreachable,
    /// It answers with an error: the table or a column is not there, or may not be used.
    #[error("the trigger table cannot be used (SQL state {code})")]
    Refused {
        /// What the database calls it.
        code: String,
    },
}
