//! Orders and their items, for an operator.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;

/// State of an order.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReplayOrder)]
pub struct Order {
    /// Its id.
    pub replay_id: Uuid,
    /// `running`, `paused`, `cancelled` or `completed`.
    pub state: String,
    /// `projections`, `safe` or `all`.
    pub policy: String,
    /// Name of the operator.
    pub ordered_by: String,
    /// Reason given by the operator.
    pub why: Option<String>,
    /// Maximum number of items per second.
    pub rate_per_s: Option<i32>,
    /// Facilities of its items.
    pub facilities: Vec<String>,
    /// Time of the order, in UTC.
    pub created_at: DateTime<Utc>,
    /// Number of items.
    pub items: i32,
    /// Items not processed yet.
    pub due: i64,
    /// Items interpreted, or sent again.
    pub completed: i64,
    /// Items interpreted and refused.
    pub refused: i64,
    /// Items that could not be interpreted, or must not be repeated.
    pub failed: i64,
    /// Items without anything to do.
    pub skipped: i64,
    /// Calls that are sent again.
    pub resent: i64,
}

/// State of an item.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReplayItem)]
pub struct DoneItem {
    /// Id of its order.
    pub replay_id: Uuid,
    /// Number within the order, from 1.
    pub n: i32,
    /// `callback` or `call`.
    pub direction: String,
    /// The `REQUEST-ID` of the message or call.
    pub request_id: Uuid,
    /// `completed`, `refused`, `failed` or `skipped`; `None` while it is due.
    pub outcome: Option<String>,
    /// Reason of the outcome.
    pub reason: Option<String>,
    /// Calls that are sent again because of it.
    pub resent: i32,
    /// Number of attempts.
    pub attempts: i32,
    /// When it was processed, in UTC.
    pub done_at: Option<DateTime<Utc>>,
}

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
    SELECT i.replay_id, i.n, i.direction, \
           right(i.stream_id, 36)::uuid AS request_id, \
           i.outcome, i.reason, i.resent, i.attempts, i.done_at \
      FROM hip.replay_item i";

/// Up to `limit` orders, the newest first: those whose items are all of these facilities, and that come
/// after the one with this time and id.
///
/// # Errors
///
/// The database cannot be read.
pub async fn orders(
    pool: &PgPool,
    facilities: Option<&[String]>,
    after: Option<(DateTime<Utc>, &str)>,
    limit: i64,
) -> Result<Vec<Order>, sqlx::Error> {
    let orders = sqlx::query_as(ORDERS).bind(None::<Uuid>).bind(facilities).bind(limit);
    let (at, id) = after.unzip();
    orders.bind(at).bind(id).fetch_all(pool).in_time().await
}

/// One order, if its items are all of these facilities.
///
/// # Errors
///
/// The database cannot be read.
pub async fn one(
    pool: &PgPool,
    facilities: Option<&[String]>,
    replay: Uuid,
) -> Result<Option<Order>, sqlx::Error> {
    let order = sqlx::query_as(ORDERS).bind(replay).bind(facilities).bind(1_i64);
    order.bind(None::<DateTime<Utc>>).bind(None::<&str>).fetch_optional(pool).in_time().await
}

/// Up to `limit` items of an order after the `after`th, in order.
///
/// # Errors
///
/// The database cannot be read.
pub async fn items(
    pool: &PgPool,
    replay: Uuid,
    after: i32,
    limit: i64,
) -> Result<Vec<DoneItem>, sqlx::Error> {
    let query = sqlx::AssertSqlSafe(format!(
        "{ITEMS} WHERE i.replay_id = $1 AND i.n > $2 ORDER BY i.n LIMIT $3"
    ));
    sqlx::query_as(query).bind(replay).bind(after).bind(limit).fetch_all(pool).in_time().await
}

/// The replays of a message or call, the oldest first; at most a hundred.
///
/// # Errors
///
/// The database cannot be read.
pub async fn of_stream(pool: &PgPool, stream: &str) -> Result<Vec<DoneItem>, sqlx::Error> {
    let query = sqlx::AssertSqlSafe(format!(
        "{ITEMS} JOIN hip.replay_task t USING (replay_id) WHERE i.stream_id = $1 \
          ORDER BY t.created_at, i.replay_id LIMIT 100"
    ));
    sqlx::query_as(query).bind(stream).fetch_all(pool).in_time().await
}
