//! Which facilities are paused, and how many of their visits wait.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::{FromRow, PgPool};

use crate::postgres::deadline::InTime as _;

/// Fetching of one facility's visits.
#[derive(Debug, Serialize, FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Intake {
    /// Id of the facility in the log.
    pub facility_id: String,
    /// Whether it is paused.
    pub paused: bool,
    /// Reason of the last pause or resumption.
    pub reason: Option<String>,
    /// When it was last paused or resumed.
    pub changed_at: Option<DateTime<Utc>>,
    /// Visits that wait to be fetched.
    pub due: i64,
    /// Visits that were given up.
    pub dead: i64,
}

/// Reads the facilities that were ever paused or have visits that wait or were given up, by id.
///
/// # Errors
///
/// The database does not answer.
pub async fn all(pool: &PgPool) -> Result<Vec<Intake>, sqlx::Error> {
    sqlx::query_as(
        "SELECT facility_id, coalesce(i.paused, false) AS paused, i.reason, i.changed_at, \
                coalesce(j.due, 0) AS due, coalesce(j.dead, 0) AS dead \
           FROM hip.facility_intake i \
           FULL JOIN (SELECT facility_id, count(*) FILTER (WHERE state = 'due') AS due, \
                             count(*) FILTER (WHERE state = 'dead') AS dead \
                        FROM hip.visit_job WHERE state <> 'done' AND facility_id <> '' \
                       GROUP BY facility_id) j USING (facility_id) \
          ORDER BY facility_id",
    )
    .fetch_all(pool)
    .in_time()
    .await
}

/// Reads the ids of paused facilities, each with the reason.
///
/// # Errors
///
/// The database does not answer.
pub async fn paused(pool: &PgPool) -> Result<Vec<(String, Option<String>)>, sqlx::Error> {
    sqlx::query_as("SELECT facility_id, reason FROM hip.facility_intake WHERE paused")
        .fetch_all(pool)
        .in_time()
        .await
}
