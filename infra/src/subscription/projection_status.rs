//! How far each reader of the log has come.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// A generation of a reader, and where it stands.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionStatus {
    /// Which.
    pub name: String,
    /// Of several that were built one after the other.
    pub generation: i32,
    /// `live`, `building`, or `halted` at an event that it cannot apply.
    pub state: String,
    /// The newest event that was applied.
    pub position: i64,
    /// How many it has still to apply.
    pub lag_events: i64,
    /// When the oldest of those was recorded.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Seconds since then.
    pub lag_seconds: Option<f64>,
    /// The process that holds the lease.
    pub owner: Option<String>,
    /// Why it halted.
    pub last_error: Option<String>,
    /// Events that were put aside, those that only wait behind others too.
    pub parked: i64,
    /// The first of those that cannot be applied, by position; at most twenty.
    #[sqlx(json)]
    pub parked_events: Vec<ParkedEvent>,
}

/// An event that a reader cannot apply. What follows it in its stream waits behind it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEvent {
    /// Where it lies.
    pub position: i64,
    /// In which stream.
    pub stream: String,
    /// About whom it is, if that is known; a pseudonym.
    pub subject: Option<Uuid>,
    /// At which facility, if that is known.
    pub facility: Option<String>,
    /// Why it cannot be applied; nothing personal.
    pub reason: String,
    /// How often that was tried.
    pub attempts: i32,
    /// When it was put aside.
    pub parked_at: DateTime<Utc>,
}

/// All that are read or built, by name.
pub async fn all(pool: &PgPool) -> Result<Vec<ProjectionStatus>, sqlx::Error> {
    sqlx::query_as(
        "SELECT p.name, p.generation, p.state, p.position, h.position - p.position AS lag_events, \
                e.recorded_at AS oldest_at, \
                greatest(extract(epoch FROM now() - e.recorded_at), 0)::float8 AS lag_seconds, \
                CASE WHEN p.lease_until > now() THEN p.owner END AS owner, p.last_error, \
                (SELECT count(*) FROM es.parked q \
                  WHERE (q.name, q.generation, q.shard) = (p.name, p.generation, p.shard)) AS parked, \
                (SELECT coalesce(json_agg(json_build_object( \
                            'position', q.position, 'stream', q.stream_id, 'reason', q.reason, \
                            'subject', q.subject_id, 'facility', q.facility_id, \
                            'attempts', q.attempts, 'parkedAt', q.parked_at) ORDER BY q.position), '[]') \
                   FROM (SELECT * FROM es.parked q WHERE q.reason IS NOT NULL \
                            AND (q.name, q.generation, q.shard) = (p.name, p.generation, p.shard) \
                          ORDER BY q.position LIMIT 20) q) AS parked_events \
           FROM es.projection p JOIN es.log_head h USING (shard) \
           LEFT JOIN es.event e ON e.shard = p.shard AND e.position = p.position + 1 \
          WHERE p.state <> 'retired' ORDER BY p.name, p.generation",
    )
    .fetch_all(pool)
    .in_time()
    .await
}

/// Whether nothing is left to be done: no task is due within a minute, and every reader is at the end of the log.
/// Tasks that watch for silence are due later than that.
///
/// # Errors
///
/// The database cannot be read.
pub async fn is_settled(pool: &PgPool) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT NOT EXISTS (SELECT FROM es.outbox \
                             WHERE state = 'due' AND due_at < now() + interval '1 minute') \
            AND NOT EXISTS (SELECT FROM es.projection p JOIN es.log_head h USING (shard) \
                             WHERE p.state <> 'retired' AND p.position < h.position)",
    )
    .fetch_one(pool)
    .in_time()
    .await
}

/// Whether another process holds a lease on a reader now.
///
/// # Errors
///
/// The database cannot be read.
pub async fn is_shared(pool: &PgPool, process: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT FROM es.projection \
                         WHERE state = 'live' AND lease_until > now() AND owner <> $1)",
    )
    .bind(process.to_string())
    .fetch_one(pool)
    .in_time()
    .await
}

/// What became of a wish to try again what was put aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// There is no such reader, or it is not live.
    Unknown,
    /// Nobody has tried yet. Whoever takes up the reader will.
    Wished,
    /// It was tried.
    Done {
        /// Events that are still put aside.
        left: i64,
    },
}

/// Wishes that what a reader has put aside is tried again.
pub async fn wish_retry(pool: &PgPool, name: &str) -> Result<Retry, sqlx::Error> {
    let wished = sqlx::query(
        "UPDATE es.projection SET retry_parked = true WHERE name = $1 AND shard = $2 AND state = 'live'",
    )
    .bind(name)
    .bind(SHARD)
    .execute(pool)
    .in_time()
    .await?;
    Ok(if wished.rows_affected() == 0 { Retry::Unknown } else { Retry::Wished })
}

/// How it stands with that wish.
pub async fn retry(pool: &PgPool, name: &str) -> Result<Retry, sqlx::Error> {
    let row: Option<(bool, i64)> = sqlx::query_as(
        "SELECT p.retry_parked, (SELECT count(*) FROM es.parked q \
                  WHERE (q.name, q.generation, q.shard) = (p.name, p.generation, p.shard)) \
           FROM es.projection p WHERE p.name = $1 AND p.shard = $2 AND p.state = 'live'",
    )
    .bind(name)
    .bind(SHARD)
    .fetch_optional(pool)
    .in_time()
    .await?;
    Ok(match row {
        None => Retry::Unknown,
        Some((true, _)) => Retry::Wished,
        Some((false, left)) => Retry::Done { left },
    })
}
