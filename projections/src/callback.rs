//! What came from the gateway, and what became of it.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, ReplayId};
use hip_domain::inbound::{InboundEvent, Received};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one callback.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which.
    pub stream: StreamId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: What,
}

/// How a callback changes.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It was stored, at this position.
    Received(Box<Received>, i64),
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
pub fn change(recorded: &Recorded<Event>) -> Option<Change> {
    let Event::Inbound(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        InboundEvent::Received(received) => {
            What::Received(Box::new(received.clone()), recorded.position)
        }
        InboundEvent::Interpreted { .. } => What::Interpreted,
        InboundEvent::Rejected { code, reason, .. } => What::Rejected(code.clone(), reason.clone()),
        InboundEvent::Failed { field, expected, .. } => {
            What::Failed(field.clone(), expected.clone())
        }
        InboundEvent::ReplayRequested { replay, .. } => What::Replayed(replay.replay),
    };
    Some(Change { stream: recorded.stream.clone(), at: recorded.recorded_at, what })
}
