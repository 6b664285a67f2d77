//! Recomputes the hash chain of every stream.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use hip_commands::port::log::LogError;
use hip_proof::{Digested, Hash, genesis, link, sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use super::Broken;
use crate::postgres::event_store::{SHARD, unavailable};

/// A stored event.
#[derive(sqlx::FromRow)]
pub(super) struct Row {
    pub(super) position: i64,
    pub(super) stream_id: String,
    version: i64,
    event_id: Uuid,
    event_type: String,
    schema_version: i16,
    recorded_at: DateTime<Utc>,
    correlation_id: Uuid,
    causation_id: Option<Uuid>,
    subject_id: Option<Uuid>,
    codec: i16,
    body: Vec<u8>,
    meta: Vec<u8>,
    hash: Vec<u8>,
}

/// Current version and hash of each stream.
pub(super) struct Chains {
    known: HashMap<String, (i64, Hash)>,
    /// Whether streams can have begun before the first event that is read.
    may_begin_earlier: bool,
}

impl Chains {
    /// For a log that is read from after this position.
    pub(super) fn after(position: i64) -> Self {
        Self { known: HashMap::new(), may_begin_earlier: position > 0 }
    }

    /// Number of streams seen.
    pub(super) fn count(&self) -> usize {
        self.known.len()
    }

    pub(super) fn get(&self, stream: &str) -> Option<(i64, Hash)> {
        self.known.get(stream).copied()
    }

    /// Recomputes the link of this event and returns its hash.
    pub(super) fn follow(&mut self, row: &Row) -> Result<Hash, Broken> {
        let broken = |what| Err(Broken::at(row.position, &row.stream_id, what));
        let (version, hash) =
            self.get(&row.stream_id).unwrap_or_else(|| (0, genesis(&row.stream_id)));
        if row.version != version + 1 {
            return broken("the stream skips or repeats a version");
        }
        let expected = link(&hash, row.version, &row.digest());
        if row.hash != expected {
            return broken("the stored hash is not that of the stored bytes");
        }
        self.known.insert(row.stream_id.clone(), (row.version, expected));
        Ok(expected)
    }

    /// For streams of the next page that began earlier, reads the version and hash to continue from.
    pub(super) async fn read_earlier(
        &mut self,
        connection: &mut PgConnection,
        position: i64,
        limit: i64,
    ) -> Result<(), LogError> {
        if !self.may_begin_earlier {
            return Ok(());
        }
        let earlier: Vec<(String, i64, Hash)> =
            sqlx::query_as(include_str!("../sql/verify_earlier.sql"))
                .bind(SHARD)
                .bind(position)
                .bind(limit)
                .fetch_all(connection)
                .await
                .map_err(unavailable)?;
        for (stream, version, hash) in earlier {
            self.known.entry(stream).or_insert((version, hash));
        }
        Ok(())
    }
}

impl Row {
    fn digest(&self) -> Hash {
        let digested = Digested {
            event_id: self.event_id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            recorded_at: self.recorded_at,
            correlation_id: self.correlation_id,
            causation_id: self.causation_id,
            subject_id: self.subject_id,
            codec: self.codec,
            body_digest: sha256(&self.body),
            meta_digest: sha256(&self.meta),
        };
        digested.digest()
    }
}
