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
///
/// Nothing is held open while the bulk is read. The end is read in one snapshot with the heads of
/// the log and of all streams, so that a log that grows meanwhile is no fault, and one whose newest
/// events were cut off is.
pub async fn verify(pool: &PgPool, progress: impl Fn(i64)) -> Result<Report, LogError> {
    let mut walk = Walk::default();
    while walk.page(pool).await? == Step::More {
        progress(walk.position);
    }
    if walk.broken.is_none() {
        let mut snapshot = pool.begin().await.map_err(unavailable)?;
        sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            .execute(&mut *snapshot)
            .await
            .map_err(unavailable)?;
        while walk.page(&mut *snapshot).await? == Step::More {}
        if walk.broken.is_none() {
            walk.broken = walk.compare_heads(&mut snapshot).await?;
        }
    }
    Ok(walk.into_report())
}

/// How far the log has been recomputed.
#[derive(Default)]
struct Walk {
    chains: Chains,
    position: i64,
    event_count: u64,
    broken: Option<Broken>,
}

/// Whether there may be more to read.
#[derive(PartialEq, Eq)]
enum Step {
    More,
    Done,
}

impl Walk {
    /// Reads and checks one page.
    async fn page<'c>(&mut self, executor: impl sqlx::PgExecutor<'c>) -> Result<Step, LogError> {
        let before = self.position;
        let mut rows = sqlx::query_as::<_, Row>(include_str!("sql/verify.sql"))
            .bind(SHARD)
            .bind(self.position)
            .bind(PAGE)
            .fetch(executor);
        while let Some(row) = rows.try_next().await.map_err(unavailable)? {
            self.broken = check(&row, self.position + 1, &mut self.chains);
            if self.broken.is_some() {
                return Ok(Step::Done);
            }
            self.position = row.position;
            self.event_count += 1;
        }
        Ok(if self.position == before { Step::Done } else { Step::More })
    }

    /// The heads must say the same as the events.
    async fn compare_heads(
        &self,
        snapshot: &mut sqlx::PgConnection,
    ) -> Result<Option<Broken>, LogError> {
        let broken = |position, stream: &str, what| {
            Ok(Some(Broken { position, stream: stream.to_owned(), what }))
        };
        let head: i64 = sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1")
            .bind(SHARD)
            .fetch_one(&mut *snapshot)
            .await
            .map_err(unavailable)?;
        if head > self.position {
            return broken(self.position + 1, "", "the newest events are missing");
        }
        if head < self.position {
            return broken(head + 1, "", "there are events after the head of the log");
        }
        let mut streams = sqlx::query_as::<_, (String, i64, Vec<u8>)>(
            "SELECT stream_id, version, head_hash FROM es.stream WHERE shard = $1",
        )
        .bind(SHARD)
        .fetch(snapshot);
        let mut stream_count = 0;
        while let Some((stream, version, hash)) = streams.try_next().await.map_err(unavailable)? {
            stream_count += 1;
            match self.chains.get(&stream) {
                Some((known, chain)) if *known == version && chain[..] == hash[..] => {}
                Some(_) => {
                    return broken(
                        self.position,
                        &stream,
                        "the stream's head is not that of its events",
                    );
                }
                None => {
                    return broken(self.position, &stream, "all events of the stream are missing");
                }
            }
        }
        if stream_count != self.chains.len() {
            return broken(self.position, "", "a stream has events and no head");
        }
        Ok(None)
    }

    fn into_report(self) -> Report {
        let stream_count = self.chains.len() as u64;
        Report { event_count: self.event_count, stream_count, broken: self.broken }
    }
}

fn check(row: &Row, expected: i64, chains: &mut Chains) -> Option<Broken> {
    let broken =
        |what| Some(Broken { position: row.position, stream: row.stream_id.clone(), what });
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
