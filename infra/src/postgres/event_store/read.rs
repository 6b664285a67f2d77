//! Reading the log in short pages: a long cursor would hold a snapshot open.

use chrono::{DateTime, Utc};
use hip_commands::port::log::{Envelope, LogError, StoredEvent};
use hip_domain::id::{EventId, SubjectId};
use hip_domain::stream::StreamId;
use sqlx::PgPool;
use uuid::Uuid;

use super::encode::{CODEC_FRAME, CODEC_JSON};
use super::{SHARD, unavailable};
use crate::postgres::deadline::InTime;
use crate::postgres::warm::WarmPool;

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
    /// Whether `body` is only the clear part of a body in two parts.
    #[sqlx(default)]
    is_clear_part: bool,
}

/// Bytes of the bodies in one page: a reader holds a page in memory, and a slow store must be able to process
/// it in time.
const PAGE_BYTES_MAX: i64 = 8 * 1024 * 1024;

/// Events searched by one query; it must end within the statement time limit.
const SEARCHED_AT_ONCE: i64 = 100_000;

/// Lengths of bodies are known without reading them.
const PAGE: &str = include_str!("sql/page.sql");

/// Of a body in two parts, only the clear part and its length are read.
const CLEAR_PAGE: &str = include_str!("sql/clear_page.sql");

const AT: &str = include_str!("sql/at.sql");

const STREAM: &str = include_str!("sql/stream.sql");

/// Of a body in two parts, only the clear part is read.
const CLEAR_STREAM: &str = include_str!("sql/clear_stream.sql");

/// Reads the log. Needs no key: confidential parts stay closed.
#[derive(Clone)]
pub struct LogReader {
    warm: WarmPool,
}

impl LogReader {
    /// Creates a reader on `pool`.
    pub fn new(pool: PgPool) -> Self {
        Self { warm: WarmPool::new(pool) }
    }

    pub(super) const fn pool(&self) -> &PgPool {
        self.warm.pool()
    }

    /// Iterates over the log after a position.
    pub const fn pages(&self, after: i64) -> Pages<'_> {
        Pages { log: self, after }
    }

    /// The events of a stream after `version`, in order.
    ///
    /// Queries every partition, at some microseconds each. A lower bound on the position would skip the
    /// older ones, but a planner without statistics then scans the whole log by position.
    pub async fn stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.stream_of(STREAM, stream, version).await
    }

    /// The same, without the confidential parts.
    pub async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.stream_of(CLEAR_STREAM, stream, version).await
    }

    async fn stream_of(
        &self,
        statement: &'static str,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let query = sqlx::query_as(statement).bind(SHARD).bind(stream.as_str()).bind(version);
        let rows: Vec<Row> = self.warm.fetch_all(query).await.map_err(unavailable)?;
        rows.into_iter().map(stored).collect()
    }

    /// All streams of a type, in the order of their ids. For types with few streams.
    pub async fn streams_of_type(&self, stream_type: &str) -> Result<Vec<StreamId>, LogError> {
        let streams: Vec<String> = sqlx::query_scalar(
            "SELECT stream_id FROM es.stream WHERE shard = $1 AND stream_type = $2 ORDER BY stream_id",
        )
        .bind(SHARD)
        .bind(stream_type)
        .fetch_all(self.pool())
        .in_time()
        .await
        .map_err(unavailable)?;
        Ok(streams.into_iter().map(StreamId::stored).collect())
    }

    /// The version of a stream; 0 if it does not exist.
    pub async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        let query =
            sqlx::query_scalar("SELECT version FROM es.stream WHERE shard = $1 AND stream_id = $2");
        let query = query.bind(SHARD).bind(stream.as_str());
        let version = self.warm.fetch_scalar(query).await.map_err(unavailable)?;
        Ok(version.unwrap_or(0))
    }

    /// The version written by the append with this key; `None` if there was none.
    pub async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        sqlx::query_scalar("SELECT last_version FROM es.append_key WHERE shard = $1 AND key = $2")
            .bind(SHARD)
            .bind(key)
            .fetch_optional(self.pool())
            .in_time()
            .await
            .map_err(unavailable)
    }

    /// Position of the event with this id. Scans the log from the newest event: ids are not indexed.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub async fn position_of(&self, id: Uuid) -> Result<Option<i64>, LogError> {
        let mut last = self.head().await?;
        while last > 0 {
            let first = (last - SEARCHED_AT_ONCE).max(0);
            let found = sqlx::query_scalar(
                "SELECT position FROM es.event \
                 WHERE shard = $1 AND position > $2 AND position <= $3 AND event_id = $4",
            )
            .bind(SHARD)
            .bind(first)
            .bind(last)
            .bind(id)
            .fetch_optional(self.pool())
            .in_time()
            .await
            .map_err(unavailable)?;
            if found.is_some() {
                return Ok(found);
            }
            last = first;
        }
        Ok(None)
    }

    /// Up to `limit` events after `position`, in global order; fewer, but at least one, if their bodies
    /// have more than 8 MiB.
    ///
    /// The first event of a page must be the one right after `position`: a gap would be a lost event,
    /// and the reader must stop.
    pub async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.page_of(PAGE, position, limit).await
    }

    /// The event at a position, which exists.
    pub async fn whole(&self, position: i64) -> Result<StoredEvent, LogError> {
        let event = self.at(position).await?;
        event.ok_or(LogError::Damaged { position, what: "there is no such event" })
    }

    /// The event at a position; `None` if there is none yet.
    pub async fn at(&self, position: i64) -> Result<Option<StoredEvent>, LogError> {
        let query = sqlx::query_as(AT).bind(SHARD).bind(position);
        let rows: Vec<Row> = self.warm.fetch_all(query).await.map_err(unavailable)?;
        rows.into_iter().next().map(stored).transpose()
    }

    /// The same, without the confidential parts.
    pub async fn clear_page(
        &self,
        position: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.page_of(CLEAR_PAGE, position, limit).await
    }

    async fn page_of(
        &self,
        statement: &'static str,
        position: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let query = sqlx::query_as(statement).bind(SHARD).bind(position).bind(limit);
        let query = query.bind(PAGE_BYTES_MAX);
        let rows: Vec<Row> = self.warm.fetch_all(query).await.map_err(unavailable)?;
        for (expected, row) in (position + 1..).zip(&rows) {
            if row.position != expected {
                return Err(LogError::Damaged {
                    position: expected,
                    what: "there is no such event",
                });
            }
        }
        rows.into_iter().map(stored).collect()
    }

    /// The position of the newest event.
    pub async fn head(&self) -> Result<i64, LogError> {
        sqlx::query_scalar("SELECT position FROM es.log_head WHERE shard = $1")
            .bind(SHARD)
            .fetch_one(self.pool())
            .in_time()
            .await
            .map_err(unavailable)
    }
}

/// Iterates over the log in pages of events.
pub struct Pages<'a> {
    log: &'a LogReader,
    after: i64,
}

impl Pages<'_> {
    /// The next events, oldest first; `None` if the log has no more at the moment.
    ///
    /// # Errors
    ///
    /// The log cannot be read.
    pub async fn next(&mut self) -> Result<Option<Vec<StoredEvent>>, LogError> {
        const EVENT_COUNT: i64 = 1_000;
        let page = self.log.page(self.after, EVENT_COUNT).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = last.position;
        Ok(Some(page))
    }
}

fn stored(row: Row) -> Result<StoredEvent, LogError> {
    let (clear, envelope) = if row.codec == CODEC_FRAME && row.is_clear_part {
        (row.body, None)
    } else {
        body_parts(row.codec, row.body, row.position)?
    };
    Ok(StoredEvent {
        position: row.position,
        stream: StreamId::stored(row.stream_id),
        version: row.version,
        event_id: EventId(row.event_id),
        name: row.event_type,
        schema_version: row.schema_version,
        recorded_at: row.recorded_at,
        correlation: row.correlation_id,
        causation: row.causation_id,
        subject: row.subject_id.map(SubjectId),
        clear,
        envelope,
        is_left_sealed: row.is_clear_part,
    })
}

/// The clear part and the sealed part of a body.
pub(super) fn body_parts(
    codec: i16,
    body: Vec<u8>,
    position: i64,
) -> Result<(Vec<u8>, Option<Envelope>), LogError> {
    match codec {
        CODEC_JSON => Ok((body, None)),
        CODEC_FRAME => {
            let damaged = LogError::Damaged { position, what: "its body is no frame" };
            let (clear, envelope) = unframe(&body).ok_or(damaged)?;
            Ok((clear, Some(envelope)))
        }
        _ => Err(LogError::Damaged { position, what: "its codec is not known" }),
    }
}

fn unframe(body: &[u8]) -> Option<(Vec<u8>, Envelope)> {
    let (length, rest) = body.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (clear, rest) = rest.split_at_checked(length)?;
    let (nonce, sealed) = rest.split_first_chunk::<12>()?;
    Some((clear.to_vec(), Envelope { nonce: *nonce, sealed: sealed.to_vec() }))
}
