//! A log for one task of a shadow replay: it ends at a given position and accepts appends only in place of recorded
//! events.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use parking_lot::Mutex;
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
        let mut state = self.state.lock();
        let untaken = std::mem::take(&mut state.untaken);
        Played { taken: std::mem::take(&mut state.taken), untaken, end: state.end.take() }
    }

    /// The next recorded event in the stream of the newest append. The clock moves to its time. `None` if there is no
    /// such event.
    pub(super) fn outcome(&self) -> Option<StoredEvent> {
        let mut state = self.state.lock();
        let next = state.untaken.iter().find(|event| Some(&event.stream) == state.stream.as_ref());
        let next = next.cloned();
        if let Some(event) = &next {
            state.now = event.recorded_at;
        }
        next
    }

    /// Stops the run because the response of a peer is not recorded.
    pub(super) fn break_off(&self) {
        self.state.lock().end = Some(End::Unknown);
    }

    /// The version of an append with this key that was recorded before.
    async fn appended_before(&self, append: &Append) -> Result<Option<i64>, LogError> {
        let Some(version) = self.real.answered(&append.key).await? else { return Ok(None) };
        let stored = self.real.stream(&append.stream, version - 1).await?;
        let head = self.state.lock().head;
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
        // It decided on another stream before its next effect in this one: it read the log up to there.
        let goes_on = self.untaken.iter().any(|event| event.stream == *stream);
        if let Some(next) = self.untaken.first().filter(|next| goes_on && next.stream != *stream) {
            self.head = self.head.max(next.position - 1);
        }
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
            let state = self.state.lock();
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
            return self.state.lock().break_off(End::Unforeseen(append.into()));
        };
        let before = position - 1;
        // Other writers appended to the stream in the meantime, so the recorded run had a conflict and decided again.
        if let Expected::Version(expected) = append.expected
            && before > head
        {
            let version = self.version_at(&stream, before).await?;
            if version != expected {
                self.state.lock().head = before;
                return Err(LogError::Conflict { version });
            }
        }
        Ok(self.state.lock().take(&stream, append.into()))
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = self.real.stream(stream, version).await?;
        let head = self.state.lock().head;
        events.retain(|event| event.position <= head);
        Ok(events)
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        let head = self.state.lock().head;
        self.version_at(stream, head).await
    }

    async fn answered(&self, _: &str) -> Result<Option<i64>, LogError> {
        // Only replays use this, and replays are not run here.
        Ok(None)
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        let left = self.state.lock().head - position;
        if left <= 0 { Ok(vec![]) } else { self.real.page(position, limit.min(left)).await }
    }

    async fn head(&self) -> Result<i64, LogError> {
        Ok(self.state.lock().head)
    }
}

impl Clock for ScriptedLog {
    fn now(&self) -> DateTime<Utc> {
        self.state.lock().now + self.shift
    }
}

impl From<Append> for Would {
    fn from(append: Append) -> Self {
        Self { stream: append.stream, subject: append.origin.subject, events: append.events }
    }
}

#[cfg(test)]
mod tests {
    use hip_domain::id::EventId;
    use uuid::Uuid;

    use super::*;
    use crate::port::log::{Actor, Origin};

    struct Recorded(Vec<StoredEvent>);

    #[async_trait]
    impl Log for Recorded {
        async fn append(&self, _: Append) -> Result<Appended, LogError> {
            unreachable!("a shadow replay stores nothing")
        }

        async fn stream(
            &self,
            stream: &StreamId,
            after: i64,
        ) -> Result<Vec<StoredEvent>, LogError> {
            let is_wanted = |event: &&StoredEvent| event.stream == *stream && event.version > after;
            Ok(self.0.iter().filter(is_wanted).cloned().collect())
        }

        async fn version(&self, _: &StreamId) -> Result<i64, LogError> {
            Ok(0)
        }

        async fn answered(&self, _: &str) -> Result<Option<i64>, LogError> {
            Ok(None)
        }

        async fn page(&self, _: i64, _: i64) -> Result<Vec<StoredEvent>, LogError> {
            Ok(vec![])
        }

        async fn head(&self) -> Result<i64, LogError> {
            Ok(5)
        }
    }

    fn event(position: i64, stream: &str, version: i64, name: &str) -> StoredEvent {
        StoredEvent {
            position,
            stream: StreamId::stored(stream),
            version,
            event_id: EventId(Uuid::from_u128(position.unsigned_abs().into())),
            name: name.to_owned(),
            schema_version: 1,
            recorded_at: DateTime::UNIX_EPOCH,
            correlation: Uuid::nil(),
            causation: None,
            subject: None,
            clear: vec![],
            envelope: None,
            is_left_sealed: false,
        }
    }

    /// A consent is revoked between the attempt and the end of a page's push. Returns the version of the consent that
    /// the task sees after the attempt.
    async fn consent_seen(is_stopped: bool) -> i64 {
        let mut events = vec![
            event(1, "consent-1", 1, "consent.granted"),
            event(2, "out-1", 1, "outbound.attempted"),
            event(3, "consent-1", 2, "consent.revoked"),
            event(4, "transfer-1", 9, "transfer.stopped"),
            event(5, "out-1", 2, "outbound.abandoned"),
        ];
        events.retain(|event| is_stopped || event.position != 4);
        let is_effect = |event: &&StoredEvent| !event.stream.as_str().starts_with("consent");
        let effects = events.iter().filter(is_effect).cloned().collect();
        let now = (DateTime::UNIX_EPOCH, TimeDelta::zero());
        let log = ScriptedLog::new(Arc::new(Recorded(events)), 1, now, effects);
        let origin = Origin {
            correlation: Uuid::nil(),
            causation: None,
            actor: Actor::Delivery,
            subject: None,
            new_subject: false,
        };
        let attempted =
            NewEvent { name: "outbound.attempted", schema_version: 1, clear: vec![], secret: None };
        let append = Append {
            stream: StreamId::stored("out-1"),
            stream_type: "out",
            expected: Expected::Version(0),
            key: "pm:1:0:attempt:1".to_owned(),
            origin,
            events: vec![attempted],
        };
        log.append(append).await.unwrap();
        log.version(&StreamId::stored("consent-1")).await.unwrap()
    }

    #[tokio::test]
    async fn a_task_that_decided_elsewhere_before_its_end_has_read_the_log_up_to_there() {
        assert_eq!(consent_seen(true).await, 2);
        assert_eq!(consent_seen(false).await, 1);
    }
}
