//! Seals in the database.

use chrono::{DateTime, Utc};
use hip_commands::port::log::LogError;
use hip_proof::{Hash, KeyId, Seal, Statement};
use sqlx::PgPool;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{SHARD, unavailable};

#[derive(sqlx::FromRow)]
struct Row {
    shard: i16,
    from_position: i64,
    to_position: i64,
    merkle_root: Hash,
    previous: Hash,
    sealed_at: DateTime<Utc>,
    key_id: String,
    signature: [u8; 64],
}

impl From<Row> for Seal {
    fn from(row: Row) -> Self {
        Self {
            statement: Statement {
                shard: row.shard,
                from: row.from_position,
                to: row.to_position,
                root: row.merkle_root,
                previous: row.previous,
                sealed_at: row.sealed_at,
                key_id: KeyId::from_stored(row.key_id),
            },
            signature: row.signature,
        }
    }
}

/// The seals that end after `position`, in order, at most `limit`.
///
/// # Errors
///
/// The database cannot be used.
pub async fn kept(pool: &PgPool, position: i64, limit: i64) -> Result<Vec<Seal>, LogError> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT * FROM es.seal WHERE shard = $1 AND to_position > $2 ORDER BY to_position LIMIT $3",
    )
    .bind(SHARD)
    .bind(position)
    .bind(limit)
    .fetch_all(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
    Ok(rows.into_iter().map(Seal::from).collect())
}

/// The newest seal.
pub(super) async fn newest(pool: &PgPool) -> Result<Option<Seal>, LogError> {
    let row: Option<Row> =
        sqlx::query_as("SELECT * FROM es.seal WHERE shard = $1 ORDER BY to_position DESC LIMIT 1")
            .bind(SHARD)
            .fetch_optional(pool)
            .in_time()
            .await
            .map_err(unavailable)?;
    Ok(row.map(Seal::from))
}

/// Stores a seal, unless another process has sealed from there meanwhile. Returns whether it was stored.
pub(super) async fn keep(pool: &PgPool, seal: &Seal) -> Result<bool, LogError> {
    let Statement { shard, from, to, root, previous, sealed_at, key_id } = &seal.statement;
    let done = sqlx::query(
        "INSERT INTO es.seal VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(shard)
    .bind(from)
    .bind(to)
    .bind(root)
    .bind(previous)
    .bind(sealed_at)
    .bind(key_id.as_str())
    .bind(seal.signature)
    .execute(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
    Ok(done.rows_affected() == 1)
}
