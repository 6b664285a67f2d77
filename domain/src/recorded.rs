//! An event as the log keeps it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::id::{EventId, SubjectId};
use crate::stream::StreamId;

/// An event with its place in the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded<E> {
    /// Place in the whole log, from 1, without holes.
    pub position: i64,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Place in the stream, from 1, without holes.
    pub version: i64,
    /// The event's own id.
    pub event_id: EventId,
    /// When the writer recorded it, by the writer's clock.
    pub recorded_at: DateTime<Utc>,
    /// The conversation: the first message or push that started it.
    pub correlation: Uuid,
    /// The event or message that led to it.
    pub causation: Option<Uuid>,
    /// Whose data it is, when it is somebody's.
    pub subject: Option<SubjectId>,
    /// What happened.
    pub event: E,
}

impl<E> Recorded<E> {
    /// The part of the event that `select` picks, in the event's place; `None` if it picks none.
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
