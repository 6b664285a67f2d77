//! Figures for the first page of the console.

use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// What there is, and what happened in the last 24 hours. Counts end at 10,001: "more than ten thousand" is enough for
/// a person, and costs the same in a large log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Overview {
    /// Visits that were pushed or amended in 24 hours.
    pub visits: i64,
    /// Those of them that are linked.
    pub linked: i64,
    /// Consents that were granted in 24 hours.
    pub consents: i64,
    /// Transfers that were requested in 24 hours.
    pub transfers: i64,
    /// Those of them that the HIU received completely.
    pub transferred: i64,
    /// Those of them that were refused or failed.
    pub failed_transfers: i64,
    /// Messages of the gateway in 24 hours.
    pub messages: i64,
    /// Those of them that were refused or could not be read.
    pub refused_messages: i64,
    /// Visits that were announced and could not be fetched.
    pub dead_jobs: i64,
    /// Position of the newest event.
    pub head: i64,
}

/// Reads the figures of these facilities; of all without a list.
///
/// # Errors
///
/// The database cannot be read.
pub async fn read(pool: &PgPool, facilities: Option<&[String]>) -> Result<Overview, sqlx::Error> {
    sqlx::query_as(include_str!("overview.sql")).bind(facilities).fetch_one(pool).in_time().await
}
