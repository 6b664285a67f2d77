//! Epochs of the log: one for each server, or server state, that held it.
//!
//! The newest row of `es.timeline` names the server that held the log when it was last checked. Another server
//! has a copy of the log that may end earlier. The missing events are lost, and this is reported; other stores
//! and published seals that go beyond its end are rolled back before requests are served. The row of the
//! new epoch is added last, so that after a crash all steps are repeated.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, PgPool, Postgres};
use thiserror::Error;

use crate::postgres::Timeline;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::subscription::rebuild::{Projection, Rebuild, RebuildError};
use crate::subscription::{ApplyError, Generation};

/// An epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, sqlx::FromRow)]
#[serde(rename_all = "camelCase")]
pub struct Epoch {
    /// Number of the epoch, from 1.
    pub epoch: i32,
    /// The server.
    #[sqlx(flatten)]
    #[serde(flatten)]
    pub timeline: Timeline,
    /// Position of the newest event when it began.
    pub begins_after: i64,
    /// The last position that is known to be lost; equal to `begins_after` if none is.
    pub lost_through: i64,
    /// Start of the epoch, in UTC.
    pub began_at: DateTime<Utc>,
}

/// Comparison of the server with the newest epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ServerHistory {
    /// The same server, or the first one.
    Known,
    /// Another server holds the log, whose newest event is at this position.
    Another {
        /// Position of the newest event that it has.
        head: i64,
    },
}

/// Why the epoch could not begin.
#[derive(Debug, Error)]
pub enum EpochError {
    /// The database failed.
    #[error("the database cannot be used")]
    Database(#[from] sqlx::Error),
    /// Another store failed.
    #[error("a store beside the database cannot be used: {0}")]
    Store(#[from] ApplyError),
    /// A rebuild failed.
    #[error(transparent)]
    Rebuild(#[from] RebuildError),
}

/// All epochs, the oldest first.
///
/// # Errors
///
/// The database cannot be read.
pub async fn all(pool: &PgPool) -> Result<Vec<Epoch>, sqlx::Error> {
    sqlx::query_as("SELECT * FROM es.timeline ORDER BY epoch").fetch_all(pool).in_time().await
}

/// Compares the server with the newest epoch. On a new log it begins the first epoch.
///
/// # Errors
///
/// The database cannot be used.
pub async fn standing(pool: &PgPool) -> Result<ServerHistory, sqlx::Error> {
    let found = timeline(pool).await?;
    let head = head(pool).await?;
    let epochs = all(pool).await?;
    match epochs.last() {
        None => {
            add(pool, 1, found, head, head).await?;
            Ok(ServerHistory::Known)
        }
        Some(newest) if newest.timeline == found => Ok(ServerHistory::Known),
        Some(_) => Ok(ServerHistory::Another { head }),
    }
}

/// A lock for beginning an epoch. It ends with its connection, which is not returned to the pool.
pub struct Turn(PoolConnection<Postgres>);

const TURN: &str = "hashtextextended('es.timeline', 0)";

/// Takes the lock; `None` if another process holds it.
///
/// # Errors
///
/// The database cannot be used.
pub async fn turn(pool: &PgPool) -> Result<Option<Turn>, sqlx::Error> {
    let mut connection = pool.acquire().in_time().await?;
    connection.close_on_drop();
    let statement = AssertSqlSafe(format!("SELECT pg_try_advisory_lock({TURN})"));
    let is_ours = sqlx::query_scalar(statement).fetch_one(&mut *connection).in_time().await?;
    Ok(if is_ours { Some(Turn(connection)) } else { None })
}

impl Turn {
    /// Releases the lock.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn end(mut self) -> Result<(), sqlx::Error> {
        let statement = AssertSqlSafe(format!("SELECT pg_advisory_unlock({TURN})"));
        sqlx::query(statement).execute(&mut *self.0).in_time().await?;
        Ok(())
    }
}

/// Begins the next epoch on the current server. `lost_through` is the last position that
/// is known to have existed.
///
/// # Errors
///
/// The database cannot be used.
pub async fn begin(pool: &PgPool, head: i64, lost_through: i64) -> Result<(), sqlx::Error> {
    let next = all(pool).await?.last().map_or(1, |newest| newest.epoch + 1);
    add(pool, next, timeline(pool).await?, head, lost_through.max(head)).await
}

/// Rebuilds read models in other stores that may contain events missing from the log; returns their names.
///
/// It rebuilds a store that is ahead of its checkpoint. A comparison with the end of the log is not sufficient: a
/// process that crashed here may already have appended erasures at the positions of the lost events.
///
/// # Errors
///
/// [`EpochError`].
pub async fn rebuild_what_is_ahead(
    builder: &Rebuild,
    projections: &[std::sync::Arc<dyn Projection>],
) -> Result<Vec<&'static str>, EpochError> {
    let mut rebuilt = vec![];
    for projection in projections {
        let live: Option<(i32, i64)> = sqlx::query_as(
            "SELECT generation, position FROM es.projection \
              WHERE name = $1 AND shard = $2 AND state IN ('live', 'halted')",
        )
        .bind(projection.name())
        .bind(SHARD)
        .fetch_optional(&builder.pool)
        .in_time()
        .await?;
        let Some((number, position)) = live else { continue };
        let generation = Generation { number, is_live: true };
        if projection.remembered(generation).await?.is_some_and(|known| known > position) {
            builder.run(projection.as_ref(), &|_, _| {}).await?;
            rebuilt.push(projection.name());
        }
    }
    Ok(rebuilt)
}

async fn timeline(pool: &PgPool) -> Result<Timeline, sqlx::Error> {
    let mut connection = pool.acquire().in_time().await?;
    Timeline::read(&mut connection).in_time().await
}

async fn head(pool: &PgPool) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1")
        .bind(SHARD)
        .fetch_one(pool)
        .in_time()
        .await
}

/// If several processes see the same change at once, one adds the row.
async fn add(
    pool: &PgPool,
    epoch: i32,
    timeline: Timeline,
    begins_after: i64,
    lost_through: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO es.timeline (epoch, system_identifier, wal_timeline, database_oid, begins_after, lost_through) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(epoch)
    .bind(timeline.system_identifier)
    .bind(timeline.wal_timeline)
    .bind(timeline.database_oid)
    .bind(begins_after)
    .bind(lost_through)
    .execute(pool)
    .in_time()
    .await?;
    Ok(())
}
