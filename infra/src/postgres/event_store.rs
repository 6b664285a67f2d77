//! The event log in Postgres.
//!
//! Writing goes through one `writer` task, which turns the queued appends into one call of
//! `es.append_with_tasks` (migrations/0035): a group commit. Bodies are sealed and hashed before the call,
//! never inside its transaction. Reading is plain SQL: positions have no gaps and become visible
//! in order, so a reader needs no guard against late commits.

mod activity;
mod batch;
mod encode;
mod ends;
mod forgetting;
pub(crate) mod handover;
mod head;
mod own_positions;
mod partitions;
mod pending;
mod read;
mod recent_events;
mod recent_messages;
mod task_log;
mod tasks;
mod verify;
mod writer;

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::Log;
use hip_commands::port::log::{Append, Appended, LogError, StoredEvent};
use hip_domain::stream::StreamId;
use sqlx::PgPool;
use tokio::sync::watch;

pub use activity::WriterActivity;
pub use forgetting::{APPEND_KEYS_KEPT, forget_what_is_done};
pub use own_positions::OwnPositions;
pub use partitions::{LogRoom, ROOM_MIN, keep_partitions_ahead, log_room, make_partitions_ahead};
pub use read::{LogReader, Pages};
pub use task_log::TaskLog;
pub use verify::{Broken, Report, Scope, verify, verify_streams};

use crate::postgres::vault::PgVault;
use encode::Prepared;
use handover::Handover;
use recent_events::RecentEvents;
use recent_messages::RecentMessages;
use tasks::TaskPlanner;
use writer::Writer;

pub(crate) use writer::TaskEnds;

/// The log has one shard so far; every key of its tables starts with it.
pub(crate) const SHARD: i16 = 0;

/// The event log.
pub struct PgLog {
    reader: LogReader,
    /// `None`: confidential events are rejected.
    vault: Option<Arc<PgVault>>,
    planner: TaskPlanner,
    handover: Arc<Handover>,
    own: Arc<OwnPositions>,
    recent: RecentMessages,
    recent_events: RecentEvents,
    writer: Writer,
}

impl PgLog {
    /// Starts the writer task; it ends when the log is dropped. The writer has a pool of its own, so
    /// that readers cannot keep it waiting for a connection.
    pub fn start(pool: PgPool, write_pool: PgPool, vault: Arc<PgVault>) -> Self {
        Self::of(pool, write_pool, Some(vault))
    }

    /// A log without keys, for commands that have none: confidential events cannot be stored.
    pub fn without_keys(pool: PgPool) -> Self {
        Self::of(pool.clone(), pool, None)
    }

    fn of(pool: PgPool, write_pool: PgPool, vault: Option<Arc<PgVault>>) -> Self {
        let handover = Arc::<Handover>::default();
        let planner = TaskPlanner::new(Arc::clone(&handover));
        let own = Arc::<OwnPositions>::default();
        let writer = Writer::start(write_pool, Arc::clone(&handover), Arc::clone(&own));
        let (reader, recent) = (LogReader::new(pool), RecentMessages::default());
        let recent_events = RecentEvents::default();
        Self { reader, vault, planner, handover, own, recent, recent_events, writer }
    }

    /// The tasks that this process stores with a lease of its own.
    pub(crate) fn handover(&self) -> Arc<Handover> {
        Arc::clone(&self.handover)
    }

    /// The events that this process stored a short time ago.
    pub fn own_positions(&self) -> Arc<OwnPositions> {
        Arc::clone(&self.own)
    }

    /// Ends tasks in the transactions of this log's appends.
    pub(crate) fn task_ends(&self) -> TaskEnds {
        self.writer.task_ends()
    }

    /// The activity of the writer; a dead reference once the log is dropped.
    pub fn writer_activity(&self) -> Weak<WriterActivity> {
        self.writer.activity()
    }

    /// Watches the newest known position: a hint that there is something to read. It knows at once
    /// what this process stored, and what others stored while [`Self::follow_head`] runs.
    pub fn watch_head(&self) -> watch::Receiver<i64> {
        self.writer.head().watch()
    }

    /// Follows what other processes store, until `stop` is true: by notifications, and by polls at this interval.
    pub async fn follow_head(&self, interval: Duration, stop: watch::Receiver<bool>) {
        let on_news = |position| {
            if !self.own.has(position) {
                self.handover.tell_of_free();
            }
        };
        self.writer.head().follow(self.reader.pool(), interval, on_news, stop).await;
    }
}

#[async_trait]
impl Log for PgLog {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        let known = self.recent.take(&append.stream);
        let Prepared { command, new_key } =
            encode::encode(self.vault.as_deref(), &self.planner, append).await?;
        let pending = pending::pending(&command);
        let appended = self.writer.append(command).await?;
        if let Appended::Stored { version, position } = appended {
            if let Some(pending) = pending {
                let is_message = pending.is_message;
                let stored = pending.stored(version, position);
                if is_message {
                    self.recent.put_back(known, stored);
                } else {
                    for event in stored {
                        self.recent_events.keep(event);
                    }
                }
            }
            if let (Some(vault), Some((subject, key))) = (&self.vault, new_key) {
                vault.remember(subject, key).await;
            }
        }
        Ok(appended)
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.reader.stream(stream, version).await
    }

    async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.reader.clear_stream(stream, version).await
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        self.reader.version(stream).await
    }

    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        self.reader.answered(key).await
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.reader.page(position, limit).await
    }

    async fn clear_page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.reader.clear_page(position, limit).await
    }

    async fn whole(&self, left_sealed: &StoredEvent) -> Result<StoredEvent, LogError> {
        if let Some(event) = self.recent_events.get(left_sealed.event_id) {
            return Ok(event);
        }
        let event = self.reader.whole(left_sealed.position).await?;
        self.recent_events.keep(event.clone());
        Ok(event)
    }

    async fn head(&self) -> Result<i64, LogError> {
        self.reader.head().await
    }
}

/// A database error as the log's.
pub(crate) fn unavailable(error: sqlx::Error) -> LogError {
    LogError::Unavailable(Box::new(error))
}
