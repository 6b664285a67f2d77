//! Commands of user-initiated links.

use chrono::{DateTime, Utc};

use super::UserLinkFacts;
use crate::id::{ErrorCode, Pseudonym, RequestId};

/// A command to a link.
#[derive(Debug, Clone, PartialEq)]
pub enum UserLinkCommand {
    /// A patient selected care contexts.
    Initiate {
        /// The selection.
        facts: UserLinkFacts,
    },
    /// Store an OTP that will be sent. It replaces one that was not sent.
    IssueOtp {
        /// Keyed HMAC of its digits.
        digits: Pseudonym,
        /// The current time, at which its validity starts.
        now: DateTime<Utc>,
    },
    /// The SMS was sent.
    MarkOtpSent,
    /// The SMS cannot be sent.
    FailOtp {
        /// The reason, without personal data.
        reason: String,
        /// The error code for the patient's app; by default the code for a failed SMS.
        code: Option<ErrorCode>,
    },
    /// The patient entered an OTP.
    Confirm {
        /// The request to reply to.
        request_id: RequestId,
        /// Keyed HMAC of the entered digits.
        digits: Pseudonym,
        /// The time of receipt, to detect an expired OTP.
        now: DateTime<Utc>,
    },
    /// The gateway accepted the confirmation.
    MarkLinked,
}
