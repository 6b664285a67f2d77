//! Dead letters, grouped by cause.

use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};

use crate::postgres::deadline::InTime;

/// The groups with items of these facilities, the largest first; at most a thousand.
///
/// # Errors
///
/// The database cannot be read.
pub async fn groups<T>(pool: &PgPool, facilities: Option<&[String]>) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
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
