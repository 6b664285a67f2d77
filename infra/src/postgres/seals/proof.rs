//! The proof of one event, from the log and its seal.

use chrono::{DateTime, Utc};
use hip_commands::port::log::LogError;
use hip_proof::{Hash, Proof, ProvenEvent, genesis, path, sha256};
use sqlx::PgPool;
use thiserror::Error;
use uuid::Uuid;

use super::table;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{SHARD, unavailable};

/// Why there is no proof.
#[derive(Debug, Error)]
pub enum ProofError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// No event has this position.
    #[error("there is no such event")]
    Unknown,
    /// No seal covers it yet.
    #[error("the event at position {position} is not sealed yet")]
    NotSealed {
        /// Position of the event.
        position: i64,
    },
    /// The log does not match its seal, or has gaps.
    #[error(
        "the event at position {position} does not agree with its seal: run `hip audit verify`"
    )]
    Altered {
        /// Position of the event.
        position: i64,
    },
}

/// An event as it is stored.
#[derive(sqlx::FromRow)]
pub(super) struct EventRow {
    position: i64,
    stream_id: String,
    version: i64,
    event_id: Uuid,
    event_type: String,
    schema_version: i16,
    recorded_at: DateTime<Utc>,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    codec: i16,
    pub(super) body: Vec<u8>,
    pub(super) meta: Vec<u8>,
    hash: Hash,
}

/// Proves that the event at a position is the one that was sealed. Does not verify the signature.
///
/// # Errors
///
/// There is no such event, it is not sealed yet, or it does not match its seal.
pub async fn prove(pool: &PgPool, position: i64) -> Result<Proof, ProofError> {
    let row: Option<EventRow> = sqlx::query_as(
        "SELECT position, stream_id, version, event_id, event_type, schema_version, recorded_at, \
                correlation_id, causation_id, subject_id, codec, body, meta, hash \
           FROM es.event WHERE shard = $1 AND position = $2",
    )
    .bind(SHARD)
    .bind(position)
    .fetch_optional(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
    let row = row.ok_or(ProofError::Unknown)?;
    let altered = || ProofError::Altered { position };
    let seal = table::kept(pool, position - 1, 1).await?.pop();
    let seal = seal.ok_or(ProofError::NotSealed { position })?;
    let hashes: Vec<Hash> = sqlx::query_scalar(
        "SELECT hash FROM es.event WHERE shard = $1 AND position BETWEEN $2 AND $3 ORDER BY position",
    )
    .bind(SHARD)
    .bind(seal.statement.from)
    .bind(seal.statement.to)
    .fetch_all(pool)
    .in_time()
    .await
    .map_err(unavailable)?;
    let index = usize::try_from(position - seal.statement.from).map_err(|_| altered())?;
    let path = path(&hashes, index).ok_or_else(altered)?;
    let (previous, hash) = (previous_hash(pool, &row).await?.ok_or_else(altered)?, row.hash);
    let event = proven(row, previous);
    let is_whole = event.hash() == hash;
    let proof = Proof::new(event, path, seal);
    if is_whole && proof.leads_to_root() { Ok(proof) } else { Err(altered()) }
}

/// The hash of the previous event of its stream.
async fn previous_hash(pool: &PgPool, row: &EventRow) -> Result<Option<Hash>, LogError> {
    if row.version == 1 {
        return Ok(Some(genesis(&row.stream_id)));
    }
    sqlx::query_scalar(
        "SELECT hash FROM es.event WHERE shard = $1 AND stream_id = $2 AND version = $3",
    )
    .bind(SHARD)
    .bind(&row.stream_id)
    .bind(row.version - 1)
    .fetch_optional(pool)
    .in_time()
    .await
    .map_err(unavailable)
}

/// What a proof says of an event.
pub(super) fn proven(row: EventRow, previous_hash: Hash) -> ProvenEvent {
    ProvenEvent {
        position: row.position,
        stream: row.stream_id,
        version: row.version,
        id: row.event_id,
        event_type: row.event_type,
        schema_version: row.schema_version,
        recorded_at: row.recorded_at,
        correlation: row.correlation_id,
        causation: row.causation_id,
        subject: row.subject_id,
        codec: row.codec,
        body_digest: sha256(&row.body),
        meta_digest: sha256(&row.meta),
        previous_hash,
    }
}
