//! Commands of calls.

use chrono::{DateTime, Utc};

use super::{Call, Sent, SentAgain};
use crate::id::{ErrorCode, EventId, FacilityId, RequestId};
use crate::replay::Ordered;

/// A command to a call.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundCommand {
    /// Plan this call under this id.
    Plan {
        /// The call.
        call: Call,
        /// The facility that sends it.
        facility: FacilityId,
    },
    /// Record that it will be sent. Plans it first, if necessary.
    Attempt {
        /// The call.
        call: Call,
        /// The facility that sends it.
        facility: FacilityId,
        /// The fingerprint of the message.
        sent: Option<Sent>,
    },
    /// The peer accepted it.
    Accept {
        /// The HTTP status.
        status: u16,
    },
    /// The attempt failed and will be retried.
    Fail {
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// When the next attempt is made.
        next_at: DateTime<Utc>,
    },
    /// The gateway replied by callback.
    Answer {
        /// The error code; `None` on success.
        code: Option<ErrorCode>,
        /// The text about the failure, for operators.
        reason: Option<String>,
        /// The next attempt after a temporary failure.
        again: Option<SentAgain>,
    },
    /// Give it up.
    Abandon {
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// The reason, without personal data.
        reason: String,
        /// It is sent again when an operator trusts the HIU.
        awaits_trust: bool,
    },
    /// Send it again, because what it waited for has happened.
    Resume,
    /// Record that a replay must not send it.
    Suppress {
        /// The call.
        call: Call,
        /// The facility that would send it.
        facility: FacilityId,
        /// The replay order.
        replay: Ordered,
    },
    /// Send it again.
    Replay {
        /// The replay order.
        replay: Ordered,
        /// The event that closed it before.
        answers: EventId,
        /// The request id of the new call; `None` if it is sent under its own id.
        renewed: Option<RequestId>,
    },
}
