//! What may be asked of a call.

use chrono::{DateTime, Utc};

use super::{Call, Sent, SentAgain};
use crate::id::{ErrorCode, EventId, FacilityId, RequestId};
use crate::replay::Ordered;

/// A wish about a call.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundCommand {
    /// Make this call under this id.
    Plan {
        /// What to call.
        call: Call,
        /// On whose behalf.
        facility: FacilityId,
    },
    /// It is about to be sent; planned first, if it was not.
    Attempt {
        /// What to call.
        call: Call,
        /// On whose behalf.
        facility: FacilityId,
        /// What the message looks like.
        sent: Option<Sent>,
    },
    /// The peer took it.
    Accept {
        /// HTTP status.
        status: u16,
    },
    /// It did not get through; it will be tried again.
    Fail {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// The peer's code, when it gave one.
        code: Option<ErrorCode>,
        /// When it is tried next.
        next_at: DateTime<Utc>,
    },
    /// The gateway has called back.
    Answer {
        /// The code, when it came to nothing.
        code: Option<ErrorCode>,
        /// What an operator reads of the failure.
        reason: Option<String>,
        /// How it goes on after a failure that passes.
        again: Option<SentAgain>,
    },
    /// It will not be tried again.
    Abandon {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// The peer's code, when it gave one.
        code: Option<ErrorCode>,
        /// Why, in words without personal data.
        reason: String,
        /// It is made again when an operator trusts the HIU.
        awaits_trust: bool,
    },
    /// What it waited for has come.
    Resume,
    /// A replay leads to it, and may not send it.
    Suppress {
        /// What would have been called.
        call: Call,
        /// On whose behalf.
        facility: FacilityId,
        /// By which order.
        replay: Ordered,
    },
    /// Make it again.
    Replay {
        /// By which order.
        replay: Ordered,
        /// How it ended before.
        answers: EventId,
        /// The id of the new call; `None` if it goes out under its own.
        renewed: Option<RequestId>,
    },
}
