//! How far each reader of the log has come.

use chrono::{DateTime, Utc};
use sqlx::PgPool;

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
}

/// All that are read or built, by name.
pub async fn all(pool: &PgPool) -> Result<Vec<ProjectionStatus>, sqlx::Error> {
    sqlx::query_as(
        "SELECT p.name, p.generation, p.state, p.position, h.position - p.position AS lag_events, \
                e.recorded_at AS oldest_at, \
                greatest(extract(epoch FROM now() - e.recorded_at), 0)::float8 AS lag_seconds, \
                CASE WHEN p.lease_until > now() THEN p.owner END AS owner, p.last_error \
           FROM es.projection p JOIN es.log_head h USING (shard) \
           LEFT JOIN es.event e ON e.shard = p.shard AND e.position = p.position + 1 \
          WHERE p.state <> 'retired' ORDER BY p.name, p.generation",
    )
    .fetch_all(pool)
    .await
}
