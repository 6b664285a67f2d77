//! An event with its metadata.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::id::{EventId, SubjectId};
use crate::stream::StreamId;

/// A recorded event with its metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// Position in the log, from 1, without gaps.
    pub position: i64,
    /// The stream.
    pub stream: StreamId,
    /// Version within the stream, from 1, without gaps.
    pub version: i64,
    /// Id of the event.
    pub event_id: EventId,
    /// When the event was recorded, by the writer's clock.
    pub recorded_at: DateTime<Utc>,
    /// The correlation id: the message or push that started the conversation.
    pub correlation: Uuid,
    /// Id of the event or message that led to this one.
    pub causation: Option<Uuid>,
    /// The patient, if the event belongs to one.
    pub subject: Option<SubjectId>,
    /// The event.
    pub event: E,
}

impl<E> Recorded<E> {
    /// Replaces the event by the value that `select` returns; `None` if it returns none.
    pub fn select<T>(self, select: impl FnOnce(E) -> Option<T>) -> Option<Recorded<T>> {
        Some(Recorded {
            position: self.position,
            stream: self.stream,
            version: self.version,
            event_id: self.event_id,
            recorded_at: self.recorded_at,
            correlation: self.correlation,
            causation: self.causation,
            subject: self.subject,
            event: select(self.event)?,
        })
    }
}
