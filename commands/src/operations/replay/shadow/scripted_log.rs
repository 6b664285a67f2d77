//! A log for one task of a shadow replay: it ends at a given position and accepts appends only in place of recorded
//! events.

use parking_lot::{Mutex, MutexGuard};
use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::port::log::{Append, Appended, Expected, LogError, NewEvent, StoredEvent};
use crate::port::{Clock, Log};

/// The log of one run. It is also the clock: each decision is made at the time at which it was recorded.
pub(super) struct ScriptedLog {
    real: Arc<dyn Log>,
    /// Added to the clock.
    shift: TimeDelta,
    state: Mutex<State>,
}

struct State {
    /// The position at which the log ends.
    head: i64,
    now: DateTime<Utc>,
    /// Recorded events that this run has not reproduced yet, in order.
    untaken: Vec<StoredEvent>,
    taken: Vec<Taken>,
    /// The stream of the newest append.
    stream: Option<StreamId>,
    end: Option<End>,
}

/// One append of this run and the recorded events in its place.
pub(super) struct Taken {
    /// The recorded events, at most as many as were appended.
    pub(super) was: Vec<StoredEvent>,
    /// The append of this run.
    pub(super) would: Would,
}

/// An append by the current code.
pub(super) struct Would {
    pub(super) stream: StreamId,
    pub(super) subject: Option<SubjectId>,
    pub(super) events: Vec<NewEvent>,
}

/// Why a run was stopped.
pub(super) enum End {
    /// The append has no counterpart in the log.
    Unforeseen(Would),
    /// The response of a peer is not recorded: the process stopped, or the response arrived in another way.
    Unknown,
}

/// The result of a run.
pub(super) struct Played {
    /// The appends, in order.
    pub(super) taken: Vec<Taken>,
    /// Recorded events that were not reproduced.
    pub(super) untaken: Vec<StoredEvent>,
    pub(super) end: Option<End>,
}

/// The run was stopped.
#[derive(Debug, Error)]
#[error("the task was interrupted")]
struct Over;

impl ScriptedLog {
    /// Creates a log that ends at `head`, with the clock at `now + shift`. `untaken` are the recorded events to
    /// reproduce.
    pub(super) fn new(
        real: Arc<dyn Log>,
        head: i64,
        (now, shift): (DateTime<Utc>, TimeDelta),
        untaken: Vec<StoredEvent>,
    ) -> Self {
        let state = State { head, now, untaken, taken: vec![], stream: None, end: None };
        Self { real, shift, state: Mutex::new(state) }
    }

    /// Returns the result of the run.
    pub(super) fn played(&self) -> Played {
        let mut state = self.state();
        let untaken = std::mem::take(&mut state.untaken);
        Played { taken: std::mem::take(&mut state.taken), untaken, end: state.end.take() }
    }

    /// The next recorded event in the stream of the newest append. The clock moves to its time. `None` if there is no
    /// such event.
    pub(super) fn outcome(&self) -> Option<StoredEvent> {
        let mut state = self.state();
        let next = state.untaken.iter().find(|event| Some(&event.stream) == state.stream.as_ref());
        let next = next.cloned();
        if let Some(event) = &next {
            state.now = event.recorded_at;
        }
        next
    }

    /// Stops the run because the response of a peer is not recorded.
    pub(super) fn break_off(&self) {
        self.state().end = Some(End::Unknown);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// The version of an append with this key that was recorded before.
    async fn appended_before(&self, append: &Append) -> Result<Option<i64>, LogError> {
        let Some(version) = self.real.answered(&append.key).await? else { return Ok(None) };
        let stored = self.real.stream(&append.stream, version - 1).await?;
        let head = self.state().head;
        Ok(stored.first().filter(|event| event.position <= head).map(|event| event.version))
    }

    /// The version of a stream at a position.
    async fn version_at(&self, stream: &StreamId, position: i64) -> Result<i64, LogError> {
        let stored = self.real.stream(stream, 0).await?;
        let seen = stored.iter().take_while(|event| event.position <= position);
        Ok(seen.last().map_or(0, |event| event.version))
    }
}

impl State {
    /// The recorded event in place of this append: one in the same stream, else one with the same name, because the
    /// name of its stream may be random.
    fn place_of(&self, append: &Append) -> Option<&StoredEvent> {
        let in_stream = |event: &&StoredEvent| event.stream == append.stream;
        let alike = |event: &&StoredEvent| {
            append.events.first().is_some_and(|first| first.name == event.name)
        };
        self.untaken.iter().find(in_stream).or_else(|| self.untaken.iter().find(alike))
    }

    fn break_off<T>(&mut self, end: End) -> Result<T, LogError> {
        self.end = Some(end);
        Err(LogError::Unavailable(Box::new(Over)))
    }

    /// Removes the recorded events that this append stands for.
    fn take(&mut self, stream: &StreamId, would: Would) -> Appended {
        let mut was: Vec<StoredEvent> = vec![];
        let wanted = would.events.len();
        self.untaken.retain(|event| {
            let is_taken = event.stream == *stream && was.len() < wanted;
            if is_taken {
                was.push(event.clone());
            }
            !is_taken
        });
        let last = was.last().expect("there is at least the event whose place it is");
        let (version, position) = (last.version, last.position);
        self.head = self.head.max(position);
        self.now = last.recorded_at;
        self.stream = Some(stream.clone());
        self.taken.push(Taken { was, would });
        Appended::Stored { version, position }
    }
}

#[async_trait]
impl Log for ScriptedLog {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        let (place, head) = {
            let state = self.state();
            if state.end.is_some() {
                return Err(LogError::Unavailable(Box::new(Over)));
            }
            let place = state.place_of(&append).map(|place| (place.stream.clone(), place.position));
            (place, state.head)
        };
        let Some((stream, position)) = place else {
            if let Some(version) = self.appended_before(&append).await? {
                return Ok(Appended::Duplicate { version });
            }
            return self.state().break_off(End::Unforeseen(append.into()));
        };
        let before = position - 1;
        // Other writers appended to the stream in the meantime, so the recorded run had a conflict and decided again.
        if let Expected::Version(expected) = append.expected
            && before > head
        {
            let version = self.version_at(&stream, before).await?;
            if version != expected {
                self.state().head = before;
                return Err(LogError::Conflict { version });
            }
        }
        Ok(self.state().take(&stream, append.into()))
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = self.real.stream(stream, version).await?;
        let head = self.state().head;
        events.retain(|event| event.position <= head);
        Ok(events)
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        let head = self.state().head;
        self.version_at(stream, head).await
    }

    async fn answered(&self, _: &str) -> Result<Option<i64>, LogError> {
        // Only replays use this, and replays are not run here.
        Ok(None)
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        let left = self.state().head - position;
        if left <= 0 { Ok(vec![]) } else { self.real.page(position, limit.min(left)).await }
    }

    async fn head(&self) -> Result<i64, LogError> {
        Ok(self.state().head)
    }
}

impl Clock for ScriptedLog {
    fn now(&self) -> DateTime<Utc> {
        self.state().now + self.shift
    }
}

impl From<Append> for Would {
    fn from(append: Append) -> Self {
        Self { stream: append.stream, subject: append.origin.subject, events: append.events }
    }
}
