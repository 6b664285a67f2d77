//! What may be asked of a received message.

use super::event::{DirectReply, ReceivedCallback};
use crate::id::{ErrorCode, EventId};
use crate::replay::Ordered;

/// A wish about a received message.
#[derive(Debug, Clone, PartialEq)]
pub enum InboundCommand {
    /// Store it, verbatim.
    Receive(ReceivedCallback),
    /// Its consequences are in the log.
    Interpret {
        /// The answer that the sender waits for, when it follows from the message alone.
        owed: Option<DirectReply>,
    },
    /// It was understood and is refused.
    Reject {
        /// The code that the sender is told, or would be.
        code: ErrorCode,
        /// Why, in words without personal data.
        reason: String,
        /// The answer that carries the refusal, when one is owed.
        owed: Option<DirectReply>,
    },
    /// It does not have the shape of its kind.
    Fail {
        /// Path of the member that does not fit.
        field: String,
        /// What would have fitted.
        expected: String,
        /// The answer that is owed, when the message can be answered at all.
        owed: Option<DirectReply>,
    },
    /// Look at it again.
    Replay {
        /// By which order.
        replay: Ordered,
        /// How it ended before.
        answers: EventId,
    },
}
