//! Commands of received messages.

use super::event::{DirectReply, ReceivedCallback};
use crate::id::{ErrorCode, EventId};
use crate::replay::Ordered;

/// A command to a received message.
#[derive(Debug, Clone, PartialEq)]
pub enum InboundCommand {
    /// Store it, verbatim.
    Receive(ReceivedCallback),
    /// Record that it was interpreted and its effects are in the log.
    Interpret {
        /// The direct reply, if it depends on the message alone.
        owed: Option<DirectReply>,
    },
    /// Record that it was interpreted and refused.
    Reject {
        /// The error code.
        code: ErrorCode,
        /// The reason, without personal data.
        reason: String,
        /// The direct reply with the refusal, if there is one.
        owed: Option<DirectReply>,
    },
    /// Record that it is malformed.
    Fail {
        /// Path of the invalid member.
        field: String,
        /// The expected format.
        expected: String,
        /// The direct reply, if the message can be answered.
        owed: Option<DirectReply>,
    },
    /// Interpret it again.
    Replay {
        /// The replay order.
        replay: Ordered,
        /// The event that closed it before.
        answers: EventId,
    },
}
