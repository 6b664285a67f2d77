//! Appends of one task that are stored together.

use std::collections::HashMap;

use async_trait::async_trait;
use hip_commands::port::Log;
use hip_commands::port::draft::{Draft, DraftedTask, TaskLease};
use hip_commands::port::log::{Append, Appended, Expected, LogError, StoredEvent};
use hip_commands::tasks::{Due, ReadyCall};
use hip_domain::stream::StreamId;
use parking_lot::Mutex;

use super::encode::Prepared;
use super::pending::as_read;
use super::task_log::TaskLog;
use super::writer::batch::{Command, Ended, NewTaskState, Outcome};

/// The position of drafted events: after everything else.
const DRAFTED: i64 = i64::MAX;

/// How many appends a draft has at most before it is stored. The tasks that follow are then left to a worker.
const APPEND_COUNT_MAX: usize = 32;

/// A stream with more events is read again each time.
const READ_COUNT_MAX: usize = 64;

/// Appends that are not stored yet, on top of the log.
pub(crate) struct PgDraft {
    log: TaskLog,
    /// The event that the draft results from.
    cause_position: i64,
    state: Mutex<Drafted>,
}

#[derive(Default)]
struct Drafted {
    appends: Vec<DraftedAppend>,
    /// Streams that were read whole, without confidential parts. A draft decides on one state of the log.
    read: HashMap<StreamId, Vec<StoredEvent>>,
    /// Streams that were taken to be new.
    presumed: Vec<StreamId>,
    /// What was there when a task was returned: appends and presumed streams.
    marks: Vec<(DraftedTask, usize, usize)>,
}

struct DraftedAppend {
    prepared: Prepared,
    /// The version that its stream has after it.
    version: i64,
    /// How many of its tasks were returned.
    returned: usize,
}

impl DraftedAppend {
    const fn command(&self) -> &Command {
        &self.prepared.command
    }
}

impl Drafted {
    /// The version of a stream, if it has drafted events.
    fn version(&self, stream: &StreamId) -> Option<i64> {
        let of_stream = |append: &&DraftedAppend| append.command().stream == *stream;
        self.appends.iter().rev().find(of_stream).map(|append| append.version)
    }

    /// Whether a stream begins in the draft, or is taken to be new.
    fn is_new(&self, stream: &StreamId) -> bool {
        let begins = |append: &DraftedAppend| {
            append.command().stream == *stream && append.command().expected == 0
        };
        self.presumed.contains(stream) || self.appends.iter().any(begins)
    }

    /// The drafted events of a stream after `version`.
    fn events(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = vec![];
        for append in self.appends.iter().filter(|append| append.command().stream == *stream) {
            let first = append.command().expected + 1;
            for (version, mut event) in (first..).zip(as_read(append.command())?) {
                (event.version, event.position) = (version, DRAFTED);
                events.push(event);
            }
        }
        events.retain(|event| event.version > version);
        Ok(events)
    }

    fn task(&mut self, task: DraftedTask) -> Option<&mut NewTaskState> {
        let append = self.appends.get_mut(task.append)?;
        Some(&mut append.prepared.command.tasks.get_mut(task.task)?.state)
    }
}

impl PgDraft {
    /// An empty draft of the effects of a task, whose cause is at this position.
    pub(crate) fn new(log: TaskLog, cause_position: i64) -> Self {
        Self { log, cause_position, state: Mutex::default() }
    }
}

#[async_trait]
impl Log for PgDraft {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        let Expected::Version(expected) = append.expected else {
            return Err(not_drafted());
        };
        let count = i64::try_from(append.events.len()).map_err(|_| not_drafted())?;
        {
            let state = self.state.lock();
            let known = state.appends.iter().find(|one| one.command().key == append.key);
            if let Some(known) = known {
                let is_same = known.command().stream == append.stream;
                let version = known.version;
                return if is_same {
                    Ok(Appended::Duplicate { version })
                } else {
                    Err(LogError::KeyReused)
                };
            }
            match state.version(&append.stream) {
                Some(version) if version != expected => return Err(LogError::Conflict { version }),
                Some(_) | None => {}
            }
        }
        let prepared = self.log.prepare(append).await?;
        let version = expected + count;
        self.state.lock().appends.push(DraftedAppend { prepared, version, returned: 0 });
        Ok(Appended::Stored { version, position: DRAFTED })
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        let is_new = self.state.lock().is_new(stream);
        let mut events = if is_new { vec![] } else { self.log.stream(stream, version).await? };
        events.extend(self.state.lock().events(stream, version)?);
        Ok(events)
    }

    async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        let known = {
            let state = self.state.lock();
            if state.is_new(stream) { Some(vec![]) } else { state.read.get(stream).cloned() }
        };
        let mut events = if let Some(known) = known {
            known
        } else {
            let read = self.log.clear_stream(stream, version).await?;
            if version == 0 && read.len() <= READ_COUNT_MAX {
                self.state.lock().read.insert(stream.clone(), read.clone());
            }
            read
        };
        events.retain(|event| event.version > version);
        events.extend(self.state.lock().events(stream, version)?);
        Ok(events)
    }

    fn presume_new(&self, stream: &StreamId) -> bool {
        let mut state = self.state.lock();
        if state.version(stream).is_none() && !state.presumed.contains(stream) {
            state.presumed.push(stream.clone());
            return true;
        }
        false
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        let drafted = {
            let state = self.state.lock();
            state.version(stream).or_else(|| state.is_new(stream).then_some(0))
        };
        match drafted {
            Some(version) => Ok(version),
            None => self.log.version(stream).await,
        }
    }

    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        self.log.answered(key).await
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.log.page(position, limit).await
    }

    async fn at(&self, position: i64) -> Result<Option<StoredEvent>, LogError> {
        self.log.at(position).await
    }

    async fn clear_page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.log.clear_page(position, limit).await
    }

    async fn whole(&self, left_sealed: &StoredEvent) -> Result<StoredEvent, LogError> {
        self.log.whole(left_sealed).await
    }

    async fn head(&self) -> Result<i64, LogError> {
        self.log.head().await
    }
}

#[async_trait]
impl Draft for PgDraft {
    fn next_task(&self) -> Option<(DraftedTask, Due)> {
        let mut state = self.state.lock();
        let (appends, presumed) = (state.appends.len(), state.presumed.len());
        if appends >= APPEND_COUNT_MAX {
            return None;
        }
        for (number, append) in state.appends.iter_mut().enumerate() {
            while let Some(task) = append.prepared.command.tasks.get(append.returned) {
                let place = DraftedTask { append: number, task: append.returned };
                append.returned += 1;
                if matches!(task.state, NewTaskState::Ours(..)) {
                    let mut due = task.due.clone();
                    due.is_drafted = true;
                    due.cause.position = self.cause_position;
                    state.marks.push((place, appends, presumed));
                    return Some((place, due));
                }
            }
        }
        None
    }

    fn end(&self, task: DraftedTask) {
        if let Some(state) = self.state.lock().task(task) {
            *state = NewTaskState::Done;
        }
    }

    fn compose(&self, task: DraftedTask, call: ReadyCall) {
        if let Some(NewTaskState::Ours(_, ready)) = self.state.lock().task(task) {
            *ready = Some(Box::new(call));
        }
    }

    fn is_empty(&self) -> bool {
        self.state.lock().appends.is_empty()
    }

    fn undo(&self, task: DraftedTask) {
        let mut state = self.state.lock();
        let Some(at) = state.marks.iter().position(|(marked, ..)| *marked == task) else { return };
        let (_, appends, presumed) = state.marks[at];
        state.marks.truncate(at);
        state.appends.truncate(appends);
        state.presumed.truncate(presumed);
    }

    async fn store(&self, task: &TaskLease) -> Result<bool, LogError> {
        let Drafted { appends, presumed, .. } = std::mem::take(&mut *self.state.lock());
        let begins = |stream: &StreamId| {
            let of_stream = |append: &&DraftedAppend| append.command().stream == *stream;
            appends.iter().find(of_stream).is_some_and(|append| append.command().expected == 0)
        };
        if !presumed.iter().all(begins) {
            return Ok(false);
        }
        let end = Ended { dedupe: task.key.clone(), fence: task.fence };
        let prepared = appends.into_iter().map(|append| append.prepared).collect();
        Ok(matches!(self.log.store(prepared, Some(end)).await?, Outcome::Stored(_)))
    }
}

fn not_drafted() -> LogError {
    LogError::Unavailable("this cannot be drafted".into())
}
