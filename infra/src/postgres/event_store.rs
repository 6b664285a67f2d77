//! The event log in Postgres.
//!
//! Writing goes through one `writer` task, which turns the queued appends into one call of
//! `es.append_groups` (migrations/0036): a group commit. Bodies are sealed and hashed before the call,
//! never inside its transaction. Reading is plain SQL: positions have no gaps and become visible
//! in order, so a reader needs no guard against late commits.

pub(crate) mod draft;
mod encode;
mod forgetting;
pub(crate) mod handover;
mod head;
mod own_positions;
mod partitions;
mod pending;
mod read;
mod recent_events;
mod recent_messages;
mod recent_streams;
mod relocation;
mod task_log;
mod tasks;
mod verify;
mod writer;

use std::sync::{Arc, Weak};
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::Log;
use hip_commands::port::log::{Append, Appended, LogError, StoredEvent};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use sqlx::PgPool;
use tokio::sync::watch;

pub use forgetting::{APPEND_KEYS_KEPT, forget_what_is_done};
pub use own_positions::OwnPositions;
pub use partitions::{LogRoom, ROOM_MIN, keep_partitions_ahead, log_room, make_partitions_ahead};
pub use read::{LogReader, Pages};
pub use relocation::{MoveError, Partition, partitions, relocate};
pub use task_log::TaskLog;
pub use verify::{Broken, Report, Scope, verify, verify_streams};
pub use writer::WriterActivity;

use crate::postgres::vault::{PgVault, SubjectKey};
use encode::Prepared;
use handover::Handover;
use pending::Pending;
use recent_events::RecentEvents;
use recent_messages::RecentMessages;
use recent_streams::RecentStreams;
use tasks::TaskPlanner;
use writer::Writer;
use writer::batch::{Ended, Group, Outcome};

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
    recent_streams: RecentStreams,
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
        let recent_streams = RecentStreams::default();
        Self {
            reader,
            vault,
            planner,
            handover,
            own,
            recent,
            recent_events,
            recent_streams,
            writer,
        }
    }

    /// Seals an append and plans the tasks that follow.
    async fn prepare(&self, append: Append) -> Result<Prepared, LogError> {
        encode::encode(self.vault.as_deref(), &self.planner, append).await
    }

    /// Stores appends together, with the end of a task.
    async fn store(&self, group: Vec<Prepared>, end: Option<Ended>) -> Result<Outcome, LogError> {
        let mut commands = Vec::with_capacity(group.len());
        let mut kept = Vec::with_capacity(group.len());
        for Prepared { command, new_key } in group {
            let known = self.recent.take(&command.stream);
            kept.push(Kept { known, pending: pending::pending(&command), new_key });
            commands.push(command);
        }
        let outcome = self.writer.append(Group { commands, end }).await?;
        if let Outcome::Stored(reached) = &outcome {
            for (kept, (version, position)) in kept.into_iter().zip(reached) {
                self.keep(kept, *version, *position).await;
            }
        }
        Ok(outcome)
    }

    /// Keeps an append in memory that is stored now.
    async fn keep(&self, kept: Kept, version: i64, position: i64) {
        let Kept { known, pending, new_key } = kept;
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

/// What is kept in memory of an append, once it is stored.
struct Kept {
    /// The events of the message that its stream is, as they were known before.
    known: Option<Arc<Vec<StoredEvent>>>,
    pending: Option<Pending>,
    /// The key of a new subject.
    new_key: Option<(SubjectId, SubjectKey)>,
}

#[async_trait]
impl Log for PgLog {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        let prepared = self.prepare(append).await?;
        match self.store(vec![prepared], None).await? {
            Outcome::Stored(reached) => {
                let stored = reached.first().map(|(version, position)| (*version, *position));
                let (version, position) = stored.expect("there is one command");
                Ok(Appended::Stored { version, position })
            }
            Outcome::Known { version, same_stream: true } => Ok(Appended::Duplicate { version }),
            Outcome::Known { same_stream: false, .. } => Err(LogError::KeyReused),
            Outcome::Conflict { version } => Err(LogError::Conflict { version }),
            Outcome::Lost => unreachable!("it ends no task"),
        }
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

    async fn at(&self, position: i64) -> Result<Option<StoredEvent>, LogError> {
        self.reader.at(position).await
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
