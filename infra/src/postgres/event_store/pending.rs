//! The events of an append in the form in which they will be read, for what keeps them in memory.

use hip_commands::port::log::{LogError, StoredEvent};
use hip_domain::id::{EventId, SubjectId};

use super::encode::CODEC_FRAME;
use super::read::body_parts;
use super::writer::batch::{Command, Encoded};

/// The type of the streams of messages.
const MESSAGE: &str = "in";

/// Maximum size of an event that is kept.
const EVENT_BYTES_MAX: usize = 64 << 10;

/// The events of an append that is not stored yet: they lack their versions and positions.
pub(super) struct Pending {
    /// Its stream is that of a message.
    pub(super) is_message: bool,
    events: Vec<StoredEvent>,
}

impl Pending {
    /// The events, of which the last was stored at this version and position.
    pub(super) fn stored(mut self, version: i64, position: i64) -> Vec<StoredEvent> {
        for (back, event) in (0..).zip(self.events.iter_mut().rev()) {
            (event.version, event.position) = (version - back, position - back);
        }
        self.events
    }
}

/// The events of a command, if some of them may be kept.
pub(super) fn pending(command: &Command) -> Option<Pending> {
    let is_message = command.stream_type == MESSAGE;
    let is_small = command.events.iter().all(|event| event.body.len() <= EVENT_BYTES_MAX);
    let has_sealed = command.events.iter().any(|event| event.codec == CODEC_FRAME);
    if !is_small || !(is_message || has_sealed) {
        return None;
    }
    Some(Pending { is_message, events: as_read(command).ok()? })
}

/// The events of a command as they will be read, without versions and positions.
pub(super) fn as_read(command: &Command) -> Result<Vec<StoredEvent>, LogError> {
    let as_read = |event: &Encoded| {
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
    command.events.iter().map(as_read).collect()
}

/// Size in memory, about.
pub(super) fn size_bytes(event: &StoredEvent) -> usize {
    const FIELDS: usize = 300;
    let sealed = event.envelope.as_ref().map_or(0, |envelope| envelope.sealed.len());
    FIELDS + event.clear.len() + sealed
}

#[cfg(test)]
pub(super) mod tests {
    use hip_domain::stream::StreamId;
    use uuid::Uuid;

    use super::*;

    pub(in super::super) fn command(stream_type: &'static str, events: Vec<Encoded>) -> Command {
        let (stream, key) = (StreamId::stored("s"), "k".to_owned());
        Command { stream, stream_type, expected: -1, key, events, tasks: vec![], new_key: None }
    }

    pub(in super::super) fn event(size: usize) -> Encoded {
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
            digest: [0; 32],
        }
    }

    #[test]
    fn large_events_and_streams_of_many_writers_are_not_kept() {
        assert!(pending(&command("consent", vec![event(1)])).is_none());
        assert!(pending(&command("in", vec![event(EVENT_BYTES_MAX + 1)])).is_none());
        assert!(pending(&command("in", vec![event(EVENT_BYTES_MAX)])).is_some());
    }
}
