//! What came from the gateway, and what became of it.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, ReplayId};
use hip_domain::inbound::{InboundEvent, ReceivedCallback};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one callback.
#[derive(Debug, Clone, PartialEq)]
pub struct CallbackChange {
    /// Which.
    pub stream: StreamId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: CallbackUpdate,
}

/// How a callback changes.
#[derive(Debug, Clone, PartialEq)]
pub enum CallbackUpdate {
    /// It was stored, at this position.
    Received(Box<ReceivedCallback>, i64),
    /// Its consequences are in the log.
    Interpreted,
    /// It was refused.
    Rejected(ErrorCode, String),
    /// It does not have the shape of its kind: field, and what would have fitted.
    Failed(String, String),
    /// It is looked at again, by this order.
    Replayed(ReplayId),
}

/// What an event changes.
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
