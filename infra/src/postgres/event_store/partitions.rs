//! Creates partitions before the log needs them.

use std::time::Duration;

use sqlx::PgPool;
use tokio::sync::watch;

use super::SHARD;
use crate::postgres::deadline::InTime;

/// Interval between two checks for enough partitions. At a thousand events a second, one partition
/// lasts five hours.
const INTERVAL: Duration = Duration::from_secs(60);

/// Interval after a failure.
const RETRY_INTERVAL: Duration = Duration::from_secs(5);

/// Minimum number of free positions; below it the partitions were not created in time.
pub const ROOM_MIN: i64 = 10_000_000;

/// Free space in the partitions of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRoom {
    /// Position of the newest event.
    pub head: i64,
    /// The last position with a partition.
    pub last_position: i64,
}

impl LogRoom {
    /// Number of events that can still be appended.
    pub const fn left(self) -> i64 {
        self.last_position.saturating_sub(self.head)
    }

    /// Whether enough partitions exist.
    pub const fn is_enough(self) -> bool {
        self.left() >= ROOM_MIN
    }
}

/// Reads the free space of the log.
///
/// # Errors
///
/// The database cannot be read.
pub async fn log_room(pool: &PgPool) -> Result<LogRoom, sqlx::Error> {
    let (head, last_position): (i64, Option<i64>) = sqlx::query_as(
        "SELECT position, es.last_partitioned_position() FROM es.log_head WHERE shard = $1",
    )
    .bind(SHARD)
    .fetch_one(pool)
    .in_time()
    .await?;
    Ok(LogRoom { head, last_position: last_position.unwrap_or(0) })
}

/// Creates missing partitions. Any number of processes may run this.
///
/// # Errors
///
/// The database cannot be used, or a lock timed out.
pub async fn make_partitions_ahead(pool: &PgPool) -> Result<(), sqlx::Error> {
    sqlx::query("SELECT es.make_partitions_ahead()").execute(pool).in_time().await?;
    Ok(())
}

/// Creates partitions ahead until `stop` is true.
pub async fn keep_partitions_ahead(pool: PgPool, mut stop: watch::Receiver<bool>) {
    while !*stop.borrow() {
        let pause = match make_partitions_ahead(&pool).await {
            Ok(()) => INTERVAL,
            Err(error) => {
                let code = error.as_database_error().and_then(sqlx::error::DatabaseError::code);
                tracing::error!(
                    code = code.as_deref(),
                    "partitions of the log could not be made ahead"
                );
                RETRY_INTERVAL
            }
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => {}
        }
    }
}
