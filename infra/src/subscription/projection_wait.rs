//! Lets a caller wait until the read models show its write.

use std::time::{Duration, Instant};

use sqlx::PgPool;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// Maximum wait.
const PATIENCE: Duration = Duration::from_secs(2);

/// Interval between checks. The subscribers' own pages are not much faster.
const INTERVAL: Duration = Duration::from_millis(20);

/// Result of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// All have reached the position.
    Reached,
    /// One has not reached it after two seconds.
    NotYet,
    /// The position is beyond the end of the log.
    Beyond,
}

/// Waits until each of these read models has reached `position`. A parked event
/// counts as passed.
///
/// # Errors
///
/// The database cannot be read.
pub async fn wait(pool: &PgPool, names: &[&str], position: i64) -> Result<Waited, sqlx::Error> {
    let begun_at = Instant::now();
    let mut is_first = true;
    while !is_reached(pool, names, position).await? {
        if is_first && is_beyond(pool, position).await? {
            return Ok(Waited::Beyond);
        }
        if begun_at.elapsed() >= PATIENCE {
            return Ok(Waited::NotYet);
        }
        is_first = false;
        tokio::time::sleep(INTERVAL).await;
    }
    Ok(Waited::Reached)
}

async fn is_reached(pool: &PgPool, names: &[&str], position: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(DISTINCT name) = cardinality($1) FROM es.projection \
          WHERE name = ANY($1) AND shard = $2 AND state IN ('live', 'halted') AND position >= $3",
    )
    .bind(names)
    .bind(SHARD)
    .bind(position)
    .fetch_one(pool)
    .in_time()
    .await
}

async fn is_beyond(pool: &PgPool, position: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar("SELECT position < $2 FROM es.log_head WHERE shard = $1")
        .bind(SHARD)
        .bind(position)
        .fetch_one(pool)
        .in_time()
        .await
}
