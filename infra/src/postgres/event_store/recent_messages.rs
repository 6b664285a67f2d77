//! Messages that this process stored a short time ago.
//!
//! A message is read when it is interpreted, a moment after it was stored. Only that task reads its stream from here,
//! and what it reads is never changed. If another process has interpreted the message meanwhile, the append of the
//! result conflicts: an append takes the stream out, so the log is read then. Other streams are read from the log:
//! what they say decides what other conversations may do. Sealed parts stay sealed.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::log::{LogError, StoredEvent};
use hip_domain::id::{EventId, SubjectId};
use hip_domain::stream::StreamId;
use moka::sync::Cache;

use super::batch::{Command, Encoded};
use super::encode::CODEC_FRAME;
use super::read::body_parts;

/// The type of their streams.
const TYPE: &str = "in";

/// Maximum size of all streams, of one event, and how long a stream is kept.
const BYTES_MAX: u64 = 16 << 20;
const EVENT_BYTES_MAX: usize = 64 << 10;
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The streams.
pub(super) struct RecentMessages(Cache<StreamId, Arc<Vec<StoredEvent>>>);

/// The events of an append that is not stored yet: they lack their versions and positions.
pub(super) struct Pending {
    stream: StreamId,
    is_message: bool,
    events: Vec<StoredEvent>,
}

impl Pending {
    /// The events, of which the last was stored at this version and position.
    pub(super) fn stored(mut self, version: i64, position: i64) -> Self {
        for (back, event) in (0..).zip(self.events.iter_mut().rev()) {
            (event.version, event.position) = (version - back, position - back);
        }
        self
    }

    pub(super) fn events(&self) -> &[StoredEvent] {
        &self.events
    }
}

impl Default for RecentMessages {
    fn default() -> Self {
        let weigh = |_: &StreamId, events: &Arc<Vec<StoredEvent>>| {
            let bytes = events.iter().map(size_bytes).sum::<usize>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(BYTES_MAX).weigher(weigh).time_to_live(KEPT_FOR).build())
    }
}

impl RecentMessages {
    /// The events of a stream after `version`; `None` if it is not known whole.
    pub(super) fn after(&self, stream: &StreamId, version: i64) -> Option<Vec<StoredEvent>> {
        let events = self.0.get(stream)?;
        Some(events.iter().filter(|event| event.version > version).cloned().collect())
    }

    /// Takes a stream out, before something is appended to it.
    pub(super) fn take(&self, stream: &StreamId) -> Option<Arc<Vec<StoredEvent>>> {
        self.0.remove(stream)
    }

    /// Puts the stream of a message back, with events that were stored meanwhile. A stream of which an event is missing
    /// is forgotten.
    pub(super) fn put_back(&self, known: Option<Arc<Vec<StoredEvent>>>, stored: Pending) {
        let Pending { stream, is_message, events: added } = stored;
        if !is_message {
            return;
        }
        let Some(first) = added.first().map(|event| event.version) else { return };
        let known = known.unwrap_or_default();
        let reached = known.last().map_or(0, |event| event.version);
        if reached + 1 == first {
            let events = known.iter().cloned().chain(added).collect();
            self.0.insert(stream, Arc::new(events));
        } else {
            self.0.invalidate(&stream);
        }
    }
}

/// The events of a command, if some of them may be kept.
pub(super) fn pending(command: &Command) -> Option<Pending> {
    let is_message = command.stream_type == TYPE;
    let is_small = command.events.iter().all(|event| event.body.len() <= EVENT_BYTES_MAX);
    let has_sealed = command.events.iter().any(|event| event.codec == CODEC_FRAME);
    if !is_small || !(is_message || has_sealed) {
        return None;
    }
    let stored = |event: &Encoded| {
        let (clear, envelope) = body_parts(event.codec, event.body.clone(), 0)?;
        Ok(StoredEvent {
            position: 0,
            stream: command.stream.clone(),
            version: 0,
            event_id: EventId(event.event_id),
            name: event.event_type.to_owned(),
            schema_version: event.schema_version,
            recorded_at: event.recorded_at,
            correlation: event.correlation_id,
            causation: event.causation_id,
            subject: event.subject_id.map(SubjectId),
            clear,
            envelope,
            is_left_sealed: false,
        })
    };
    let events: Result<_, LogError> = command.events.iter().map(stored).collect();
    Some(Pending { stream: command.stream.clone(), is_message, events: events.ok()? })
}

pub(super) fn size_bytes(event: &StoredEvent) -> usize {
    const FIELDS: usize = 300;
    let sealed = event.envelope.as_ref().map_or(0, |envelope| envelope.sealed.len());
    FIELDS + event.clear.len() + sealed
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn command(stream_type: &'static str, events: Vec<Encoded>) -> Command {
        let (stream, key) = (StreamId::stored("s"), "k".to_owned());
        Command { stream, stream_type, expected: -1, key, events, tasks: vec![], new_key: None }
    }

    fn event(size: usize) -> Encoded {
        Encoded {
            event_id: Uuid::from_u128(2),
            event_type: "outbound.attempted",
            schema_version: 1,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            correlation_id: Uuid::from_u128(1),
            causation_id: None,
            subject_id: None,
            codec: 0,
            body: vec![b'x'; size],
            meta: vec![],
            digest: vec![],
        }
    }

    #[test]
    fn a_stream_is_known_from_its_first_event_on_and_without_a_gap() {
        let recent = RecentMessages::default();
        let stream = StreamId::stored("s");
        let add = |count: usize, version, position| {
            let events: Vec<_> = (0..count).map(|_| event(1)).collect();
            let new = pending(&command("in", events)).unwrap();
            recent.put_back(recent.take(&stream), new.stored(version, position));
        };
        let known = || {
            let events = recent.after(&stream, 0)?;
            Some(events.iter().map(|event| (event.version, event.position)).collect::<Vec<_>>())
        };
        add(1, 2, 9);
        assert_eq!(known(), None, "its first event is not known");
        add(2, 2, 11);
        add(1, 3, 20);
        assert_eq!(known().unwrap(), [(1, 10), (2, 11), (3, 20)]);
        assert_eq!(recent.after(&stream, 2).unwrap().len(), 1);
        add(1, 5, 30);
        assert_eq!(known(), None, "another process has stored the fourth");
    }

    #[test]
    fn large_events_and_streams_of_many_writers_are_not_kept() {
        assert!(pending(&command("consent", vec![event(1)])).is_none());
        assert!(pending(&command("in", vec![event(EVENT_BYTES_MAX + 1)])).is_none());
        assert!(pending(&command("in", vec![event(EVENT_BYTES_MAX)])).is_some());
    }
}
