//! Callbacks of the gateway and their results.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, ReplayId};
use hip_domain::inbound::{InboundEvent, ReceivedCallback};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one callback.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackChange {
    /// Stream of the message.
    pub stream: StreamId,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The change.
    pub what: CallbackUpdate,
}

/// A change of a callback.
#[derive(Debug, Clone, PartialEq)]
pub enum CallbackUpdate {
    /// It was stored, at this position.
    Received(Box<ReceivedCallback>, i64),
    /// It was interpreted; its effects are in the log.
    Interpreted,
    /// It was refused: error code and reason.
    Rejected(ErrorCode, String),
    /// It is malformed: path of the member, and the expected format.
    Failed(String, String),
    /// This order replays it.
    Replayed(ReplayId),
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<CallbackChange> {
    let Event::Inbound(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        InboundEvent::Received(received) => {
            CallbackUpdate::Received(Box::new(received.clone()), recorded.position)
        }
        InboundEvent::Interpreted { .. } => CallbackUpdate::Interpreted,
        InboundEvent::Rejected { code, reason, .. } => {
            CallbackUpdate::Rejected(code.clone(), reason.clone())
        }
        InboundEvent::Failed { field, expected, .. } => {
            CallbackUpdate::Failed(field.clone(), expected.clone())
        }
        InboundEvent::ReplayRequested { replay, .. } => CallbackUpdate::Replayed(replay.replay),
    };
    Some(CallbackChange { stream: recorded.stream.clone(), at: recorded.recorded_at, what })
}
