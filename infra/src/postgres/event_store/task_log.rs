//! The log as tasks see it.

use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::port::Log;
use hip_commands::port::log::{Append, Appended, LogError, StoredEvent};
use hip_domain::stream::StreamId;

use super::PgLog;
use super::encode::Prepared;
use super::writer::batch::{Ended, Outcome};

/// Reads the streams of messages from memory, if this process has written them whole a short time ago. What a task
/// reads there may lack an event of another process that has taken the task over; the next append then conflicts, and
/// the task reads the log.
#[derive(Clone)]
pub struct TaskLog(Arc<PgLog>);

impl TaskLog {
    /// The same log, for tasks.
    pub const fn new(log: Arc<PgLog>) -> Self {
        Self(log)
    }

    /// Seals an append and plans the tasks that follow.
    pub(super) async fn prepare(&self, append: Append) -> Result<Prepared, LogError> {
        self.0.prepare(append).await
    }

    /// Stores appends together, with the end of a task.
    pub(super) async fn store(
        &self,
        group: Vec<Prepared>,
        end: Option<Ended>,
    ) -> Result<Outcome, LogError> {
        self.0.store(group, end).await
    }
}

#[async_trait]
impl Log for TaskLog {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        self.0.append(append).await
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        match self.0.recent.after(stream, version) {
            Some(events) => Ok(events),
            None => self.0.stream(stream, version).await,
        }
    }

    async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        if let Some(events) = self.0.recent.after(stream, version) {
            return Ok(events);
        }
        if version > 0 {
            return self.0.clear_stream(stream, version).await;
        }
        let known = self.0.recent_streams.get(stream);
        let after = known.last().map_or(0, |event| event.version);
        let read = self.0.clear_stream(stream, after).await?;
        match self.0.recent_streams.with(stream, &known, read) {
            Some(events) => Ok(events),
            None => self.0.clear_stream(stream, 0).await,
        }
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        self.0.version(stream).await
    }

    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        self.0.answered(key).await
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.0.page(position, limit).await
    }

    async fn at(&self, position: i64) -> Result<Option<StoredEvent>, LogError> {
        self.0.at(position).await
    }

    async fn clear_page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.0.clear_page(position, limit).await
    }

    async fn whole(&self, left_sealed: &StoredEvent) -> Result<StoredEvent, LogError> {
        self.0.whole(left_sealed).await
    }

    async fn head(&self) -> Result<i64, LogError> {
        self.0.head().await
    }
}
