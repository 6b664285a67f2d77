//! Moves a full partition of the log to another disk. It stays part of the log: every event can be read.

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Executor};
use thiserror::Error;

/// Maximum wait for the readers and writers of the partition, so that they do not queue behind the move.
const LOCK_TIMEOUT: &str = "SET lock_timeout = '10s'";

/// A partition of the log.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Partition {
    /// `event_p0000`.
    pub name: String,
    /// Position of its first event.
    #[sqlx(rename = "first")]
    pub from: i64,
    /// Position of its last event when it is full.
    #[sqlx(rename = "last")]
    pub to: i64,
    /// Whether no event can be added any more.
    pub is_full: bool,
    /// Size with its indexes.
    pub size_bytes: i64,
    /// The tablespace of its rows.
    pub tablespace: String,
}

/// Why a partition was not moved.
#[derive(Debug, Error)]
pub enum MoveError {
    /// There is no such partition.
    #[error("there is no partition {0}; see `hip events partitions`")]
    Unknown(String),
    /// Events are still added to it.
    #[error("{0} is not full yet: events are still added to it")]
    NotFull(String),
    /// The database refuses, or cannot be used.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// The partitions of the log, oldest first.
///
/// # Errors
///
/// The database cannot be read.
pub async fn partitions(connection: &mut PgConnection) -> Result<Vec<Partition>, sqlx::Error> {
    sqlx::query_as(include_str!("sql/partitions.sql")).fetch_all(connection).await
}

/// Freezes the rows of a full partition, so that autovacuum never reads them again, and moves it with its
/// indexes to a tablespace. Readers of the partition wait while it is copied. What has been moved already
/// stays; so it can be called again after a failure. `owner` is a connection of the owner of the schema.
///
/// # Errors
///
/// There is no such partition, it is not full, or the database refuses.
pub async fn relocate(
    owner: &mut PgConnection,
    name: &str,
    tablespace: &str,
) -> Result<(), MoveError> {
    let all = partitions(owner).await?;
    let partition = all.into_iter().find(|partition| partition.name == name);
    let partition = partition.ok_or_else(|| MoveError::Unknown(name.to_owned()))?;
    if !partition.is_full {
        return Err(MoveError::NotFull(partition.name));
    }
    owner.execute(LOCK_TIMEOUT).await?;
    let freeze: String = sqlx::query_scalar("SELECT format('VACUUM (FREEZE, ANALYZE) es.%I', $1)")
        .bind(&partition.name)
        .fetch_one(&mut *owner)
        .await?;
    owner.execute(sqlx::AssertSqlSafe(freeze)).await?;
    let moves: Vec<String> = sqlx::query_scalar(include_str!("sql/move_partition.sql"))
        .bind(&partition.name)
        .bind(tablespace)
        .fetch_all(&mut *owner)
        .await?;
    let mut transaction = owner.begin().await?;
    for statement in moves {
        transaction.execute(sqlx::AssertSqlSafe(statement)).await?;
    }
    transaction.commit().await?;
    Ok(())
}
