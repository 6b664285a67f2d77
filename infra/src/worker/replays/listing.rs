//! Orders and their items, for an operator.

use chrono::{DateTime, Utc};
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};
use uuid::Uuid;

use crate::postgres::deadline::InTime;

const ORDERS: &str = "\
    SELECT t.replay_id, t.state, t.policy, t.ordered_by, t.why, t.rate_per_s, t.facilities, t.created_at, \
           t.item_count AS items, count(*) FILTER (WHERE i.outcome IS NULL) AS due, \
           count(*) FILTER (WHERE i.outcome = 'completed') AS completed, \
           count(*) FILTER (WHERE i.outcome = 'refused') AS refused, \
           count(*) FILTER (WHERE i.outcome = 'failed') AS failed, \
           count(*) FILTER (WHERE i.outcome = 'skipped') AS skipped, \
           coalesce(sum(i.resent), 0) AS resent \
      FROM (SELECT * FROM hip.replay_task \
             WHERE ($1::uuid IS NULL OR replay_id = $1) AND ($2::text[] IS NULL OR facilities <@ $2) \
               AND ($4::timestamptz IS NULL OR (created_at, replay_id::text COLLATE \"C\") < ($4, $5)) \
             ORDER BY created_at DESC, replay_id DESC LIMIT $3) t \
      JOIN hip.replay_item i USING (replay_id) \
     GROUP BY t.replay_id, t.state, t.policy, t.ordered_by, t.why, t.rate_per_s, t.facilities, t.created_at, \
              t.item_count \
     ORDER BY t.created_at DESC, t.replay_id DESC";

const ITEMS: &str = "\
    SELECT replay_id, n, direction, right(stream_id, 36)::uuid AS request_id, outcome, reason, resent, attempts, \
           done_at \
      FROM hip.replay_item WHERE replay_id = $1 AND n > $2 ORDER BY n LIMIT $3";

/// Up to `limit` orders, the newest first: those whose items are all of these facilities, and that come
/// after the one with this time and id.
///
/// # Errors
///
/// The database cannot be read.
pub async fn orders<T>(
    pool: &PgPool,
    facilities: Option<&[String]>,
    after: Option<(DateTime<Utc>, &str)>,
    limit: i64,
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let orders = sqlx::query_as(ORDERS).bind(None::<Uuid>).bind(facilities).bind(limit);
    let (at, id) = after.unzip();
    orders.bind(at).bind(id).fetch_all(pool).in_time().await
}

/// One order, if its items are all of these facilities.
///
/// # Errors
///
/// The database cannot be read.
pub async fn one<T>(
    pool: &PgPool,
    facilities: Option<&[String]>,
    replay: Uuid,
) -> Result<Option<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let order = sqlx::query_as(ORDERS).bind(replay).bind(facilities).bind(1_i64);
    order.bind(None::<DateTime<Utc>>).bind(None::<&str>).fetch_optional(pool).in_time().await
}

/// Up to `limit` items of an order after the `after`th, in order.
///
/// # Errors
///
/// The database cannot be read.
pub async fn items<T>(
    pool: &PgPool,
    replay: Uuid,
    after: i32,
    limit: i64,
) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    sqlx::query_as(ITEMS).bind(replay).bind(after).bind(limit).fetch_all(pool).in_time().await
}
