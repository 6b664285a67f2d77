//! Proof that the log is whole: every position there, every stream's chain recomputed from the
//! stored bytes.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use hip_commands::port::log::LogError;
use sqlx::PgPool;
use uuid::Uuid;

use super::digest::{Digested, genesis, link};
use super::{SHARD, unavailable};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Events that were checked.
    pub event_count: u64,
    /// Streams that they belong to.
    pub stream_count: u64,
    /// The first fault; nothing, when the log is whole.
    pub broken: Option<Broken>,
}

/// Where the log is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Position of the event, or of where one is missing.
    pub position: i64,
    /// Its stream.
    pub stream: String,
    /// What is wrong, in words.
    pub what: &'static str,
}

#[derive(sqlx::FromRow)]
struct Row {
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
    body: Vec<u8>,
    meta: Vec<u8>,
    hash: Vec<u8>,
}

/// The state of a stream as far as it has been read: version and hash.
type Chains = HashMap<String, (i64, [u8; 32])>;

/// Events per query; between two, nothing is held open.
const PAGE: i64 = 5_000;

/// Reads the whole log and recomputes it. `progress` is told the position now and then.
pub async fn verify(pool: &PgPool, progress: impl Fn(i64)) -> Result<Report, LogError> {
    let mut chains = Chains::new();
    let mut report = Report { event_count: 0, stream_count: 0, broken: None };
    let mut position = 0;
    loop {
        let before = position;
        let mut rows = sqlx::query_as::<_, Row>(include_str!("sql/verify.sql"))
            .bind(SHARD)
            .bind(position)
            .bind(PAGE)
            .fetch(pool);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            report.broken = check(&row, position + 1, &mut chains);
            if report.broken.is_some() {
                report.stream_count = chains.len() as u64;
                return Ok(report);
            }
            position = row.position;
            report.event_count += 1;
        }
        drop(rows);
        progress(position);
        if position == before {
            break;
        }
    }
    report.stream_count = chains.len() as u64;
    report.broken = heads(pool, position, &chains).await?;
    Ok(report)
}

fn check(row: &Row, expected: i64, chains: &mut Chains) -> Option<Broken> {
    let broken = |what| Some(Broken { position: row.position, stream: row.stream_id.clone(), what });
    if row.position != expected {
        return Some(Broken {
            position: expected,
            stream: String::new(),
            what: "there is no event at this position",
        });
    }
    let (version, hash) = match chains.get(&row.stream_id) {
        Some(known) => *known,
        None => (0, genesis(&row.stream_id)),
    };
    if row.version != version + 1 {
        return broken("the stream skips or repeats a version");
    }
    let digest = Digested {
        event_id: row.event_id,
        event_type: &row.event_type,
        schema_version: row.schema_version,
        recorded_at: row.recorded_at,
        correlation_id: row.correlation_id,
        causation_id: row.causation_id,
        subject_id: row.subject_id,
        codec: row.codec,
        body: &row.body,
        meta: &row.meta,
    };
    let expected = link(&hash, row.version, &digest.digest());
    if row.hash != expected {
        return broken("the stored hash is not that of the stored bytes");
    }
    chains.insert(row.stream_id.clone(), (row.version, expected));
    None
}

/// The heads must say the same: else the newest events of a stream, or of the log, are gone.
async fn heads(pool: &PgPool, position: i64, chains: &Chains) -> Result<Option<Broken>, LogError> {
    let head: i64 = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1")
        .bind(SHARD)
        .fetch_one(pool)
        .await
        .map_err(unavailable)?;
    // Events stored since the last page are not checked, and not missing.
    if head < position {
        let what = "the log's head is behind its events";
        return Ok(Some(Broken { position, stream: String::new(), what }));
    }
    let mut streams = sqlx::query_as::<_, (String, i64, Vec<u8>)>(
        "SELECT stream_id, version, head_hash FROM es.stream WHERE shard = $1 AND since_position < $2",
    )
    .bind(SHARD)
    .bind(position)
    .fetch(pool);
    while let Some((stream, version, hash)) = streams.try_next().await.map_err(unavailable)? {
        let gone = |what| Some(Broken { position, stream: stream.clone(), what });
        match chains.get(&stream) {
            Some((known, chain)) if *known == version && chain[..] == hash[..] => {}
            Some((known, _)) if *known < version && head > position => {}
            None if head > position => {}
            Some((known, _)) if *known < version => return Ok(gone("the newest events are missing")),
            Some(_) => return Ok(gone("the stream's head is not that of its events")),
            None => return Ok(gone("all events of the stream are missing")),
        }
    }
    Ok(None)
}
