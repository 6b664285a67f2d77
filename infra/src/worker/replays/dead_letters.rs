//! What was given up, grouped by its cause.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// Messages and calls that were given up for the same cause.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetterGroup)]
pub struct Group {
    /// Its name: a replay takes it, and finds all of them.
    pub cause: String,
    /// `callback` or `call`.
    pub direction: String,
    /// What they are about.
    pub kind: String,
    /// How they ended; `stuck` for a callback that could not be looked at.
    pub status: String,
    /// The code of a refusal.
    pub error: Option<String>,
    /// The member that does not fit.
    pub field: Option<String>,
    /// Why, of the newest.
    pub reason: Option<String>,
    /// How many.
    pub count: i64,
    /// How many of them were replayed before.
    pub replayed: i64,
    /// When the oldest began.
    pub oldest_at: DateTime<Utc>,
    /// When the newest began.
    pub newest_at: DateTime<Utc>,
    /// The next limit of the network that is not over, where it sets one.
    pub next_deadline: Option<DateTime<Utc>>,
    /// For how many the network's limit is over.
    pub overdue: i64,
}

/// The groups with something of these facilities in them, the largest first; at most a thousand.
///
/// # Errors
///
/// The database cannot be read.
pub async fn groups(
    pool: &PgPool,
    facilities: Option<&[String]>,
) -> Result<Vec<Group>, sqlx::Error> {
    sqlx::query_as(
        "SELECT cause, min(direction) AS direction, min(kind) AS kind, min(status) AS status, \
                min(error) AS error, min(field) AS field, \
                (array_agg(reason ORDER BY began_at DESC))[1] AS reason, count(*) AS count, \
                count(*) FILTER (WHERE replays > 0) AS replayed, min(began_at) AS oldest_at, \
                max(began_at) AS newest_at, min(deadline) FILTER (WHERE deadline > now()) AS next_deadline, \
                count(*) FILTER (WHERE deadline <= now()) AS overdue \
           FROM hip.dead_letters() \
          WHERE $1::text[] IS NULL OR facility_id = ANY ($1) \
          GROUP BY cause ORDER BY count(*) DESC, cause LIMIT 1000",
    )
    .bind(facilities)
    .fetch_all(pool)
    .in_time()
    .await
}
