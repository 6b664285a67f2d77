//! Progress of each subscriber.

use chrono::{DateTime, Utc};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// Progress of one generation of a subscriber.
#[derive(Debug, Clone, PartialEq, serde::Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct ProjectionStatus {
    /// Name of the subscriber.
    pub name: String,
    /// Number of the generation, from 1.
    pub generation: i32,
    /// `live`, `building`, or `halted` at an event that it cannot apply.
    pub state: String,
    /// The newest event that was applied.
    pub position: i64,
    /// Events that it has still to apply.
    pub lag_events: i64,
    /// When the oldest of those was recorded, in UTC.
    pub oldest_at: Option<DateTime<Utc>>,
    /// Seconds since then.
    pub lag_seconds: Option<f64>,
    /// The process with the lease.
    pub owner: Option<String>,
    /// Why it stopped.
    pub last_error: Option<String>,
    /// Number of parked events, including those that wait behind others.
    pub parked: i64,
    /// The first events that cannot be applied, by position; at most twenty.
    #[sqlx(json)]
    pub parked_events: Vec<ParkedEvent>,
}

/// An event that a subscriber cannot apply. Later events of its stream wait behind it.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ParkedEvent {
    /// Position of the event.
    pub position: i64,
    /// Its stream.
    pub stream: String,
    /// Its subject, if known; a pseudonym.
    pub subject: Option<Uuid>,
    /// Its facility, if known.
    pub facility: Option<String>,
    /// Why it cannot be applied; contains no personal data.
    pub reason: String,
    /// Number of attempts.
    pub attempts: i32,
    /// When it was parked, in UTC.
    pub parked_at: DateTime<Utc>,
}

/// All live and building generations, by name.
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

/// Whether all work is done: no task is due within a minute, and every subscriber is at the end of the log.
/// Tasks that watch for a missing answer are due later than that.
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

/// Whether another process holds a lease of a subscriber.
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

/// State of a request to retry parked events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// No such subscriber, or it is not live.
    Unknown,
    /// Not tried yet. The subscriber's owner will retry.
    Wished,
    /// Tried.
    Done {
        /// Events that are still parked.
        left: i64,
    },
}

/// Requests a retry of a subscriber's parked events.
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

/// State of that request.
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
