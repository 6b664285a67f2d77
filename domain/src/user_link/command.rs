//! What may be asked of a link that a patient begins.

use chrono::{DateTime, Utc};

use super::UserLinkFacts;
use crate::id::{ErrorCode, Pseudonym, RequestId};

/// A wish about a link.
#[derive(Debug, Clone, PartialEq)]
pub enum UserLinkCommand {
    /// A patient has chosen.
    Initiate {
        /// What.
        facts: UserLinkFacts,
    },
    /// This OTP is about to be sent; it replaces one that was not.
    IssueOtp {
        /// Keyed HMAC of its digits.
        digits: Pseudonym,
        /// Its time begins.
        now: DateTime<Utc>,
    },
    /// The text message has left.
    MarkOtpSent,
    /// No text message can be sent.
    FailOtp {
        /// Why, in words without personal data.
        reason: String,
        /// What the patient's app is told; without it, that text messages cannot be sent.
        code: Option<ErrorCode>,
    },
    /// The patient has typed an OTP.
    Confirm {
        /// The request to answer.
        request_id: RequestId,
        /// Keyed HMAC of what was typed.
        digits: Pseudonym,
        /// The time by which an OTP is too old.
        now: DateTime<Utc>,
    },
    /// The gateway has taken our yes.
    MarkLinked,
}
