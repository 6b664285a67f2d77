//! Dead letters, grouped by cause.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// Messages and calls that were given up for the same cause.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeadLetterGroup)]
pub struct Group {
    /// Name of the group: a replay with it selects all of them.
    pub cause: String,
    /// `callback` or `call`.
    pub direction: String,
    /// Kind of the callback or call.
    pub kind: String,
    /// Final status; `stuck` for a callback that could not be processed.
    pub status: String,
    /// Code of the refusal.
    pub error: Option<String>,
    /// The invalid member.
    pub field: Option<String>,
    /// Reason of the newest one.
    pub reason: Option<String>,
    /// Number of messages and calls.
    pub count: i64,
    /// Number of those that were replayed before.
    pub replayed: i64,
    /// Time of the oldest, in UTC.
    pub oldest_at: DateTime<Utc>,
    /// Time of the newest, in UTC.
    pub newest_at: DateTime<Utc>,
    /// The next deadline of the network that has not passed, where it sets one.
    pub next_deadline: Option<DateTime<Utc>>,
    /// Number of those whose deadline has passed.
    pub overdue: i64,
}

/// The groups with items of these facilities, the largest first; at most a thousand.
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
