//! What may be asked of a call.

use chrono::{DateTime, Utc};

use super::Call;
use crate::id::{ErrorCode, FacilityId};

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
    },
    /// It will not be tried again.
    Abandon {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// The peer's code, when it gave one.
        code: Option<ErrorCode>,
        /// Why, in words without personal data.
        reason: String,
    },
}
