//! A link that a patient begins in their own app, and proves with an OTP.
//!
//! ```text
//! (nothing) ── Initiate ──► Initiated ── IssueOtp ──► Initiated ── MarkOtpSent ──► Waiting
//!                               └── FailOtp ──► Void                                 │ ▲
//!                                                  ▲── third wrong OTP ── Confirm ───┤ │ wrong OTP
//!                                                                                    │ └───┘
//!                                   Linked ◄── MarkLinked ── Confirmed ◄── right OTP ┘
//! ```
//! The OTP itself is nowhere: only its keyed HMAC is in the log, so a crash before the text message
//! leaves costs a new OTP and nothing else.

pub mod command;
pub mod event;

pub use command::UserLinkCommand;
pub use event::{Chosen, OtpRefusal, UserLinkEvent, UserLinkFacts};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{Pseudonym, RequestId};

/// How long an OTP may be used.
pub const OTP_AGE_MAX: TimeDelta = TimeDelta::minutes(10);

/// How many wrong OTPs end a link: six digits must not be guessed.
pub const WRONG_OTP_COUNT_MAX: u32 = 3;

/// How far one link has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum UserLink {
    /// Never heard of.
    #[default]
    Absent,
    /// Begun; the patient has no OTP yet.
    Initiated {
        /// What was chosen.
        facts: UserLinkFacts,
        /// The newest OTP, which may not have been sent.
        otp: Option<Otp>,
    },
    /// The patient has an OTP.
    Waiting {
        /// What was chosen.
        facts: UserLinkFacts,
        /// The OTP.
        otp: Otp,
        /// How often it was wrong.
        wrong: u32,
    },
    /// The OTP was right; the gateway is told.
    Confirmed {
        /// What was chosen.
        facts: UserLinkFacts,
        /// The OTP, for a confirmation that comes twice.
        otp: Otp,
        /// The request that the patient confirmed with.
        confirmed_by: RequestId,
    },
    /// The gateway knows, and the care contexts are linked.
    Linked {
        /// What was chosen.
        facts: UserLinkFacts,
        /// The OTP, for a confirmation that comes twice.
        otp: Otp,
    },
    /// It can't be confirmed any more.
    Void {
        /// What was chosen.
        facts: UserLinkFacts,
    },
}

/// A one-time password, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otp {
    /// Keyed HMAC of its digits.
    pub digits: Pseudonym,
    /// From then on it is refused.
    pub expires_at: DateTime<Utc>,
}

/// Errors of user-link commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserLinkError {
    /// There is no such link.
    #[error("no such link reference")]
    Absent,
}

impl UserLink {
    /// What was chosen.
    pub const fn facts(&self) -> Option<&UserLinkFacts> {
        match self {
            Self::Absent => None,
            Self::Initiated { facts, .. }
            | Self::Waiting { facts, .. }
            | Self::Confirmed { facts, .. }
            | Self::Linked { facts, .. }
            | Self::Void { facts } => Some(facts),
        }
    }

    /// The OTP that the patient has, or may have.
    pub const fn otp(&self) -> Option<&Otp> {
        match self {
            Self::Absent | Self::Void { .. } | Self::Initiated { otp: None, .. } => None,
            Self::Initiated { otp: Some(otp), .. }
            | Self::Waiting { otp, .. }
            | Self::Confirmed { otp, .. }
            | Self::Linked { otp, .. } => Some(otp),
        }
    }

    /// Whether a one-time password is out that was not typed yet: then another may be a guess.
    pub const fn can_be_guessed(&self) -> bool {
        match self {
            Self::Initiated { otp: Some(_), .. } | Self::Waiting { .. } => true,
            Self::Absent
            | Self::Initiated { otp: None, .. }
            | Self::Confirmed { .. }
            | Self::Linked { .. }
            | Self::Void { .. } => false,
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: UserLinkCommand) -> Result<Vec<UserLinkEvent>, UserLinkError> {
        match (self, command) {
            (Self::Absent, UserLinkCommand::Initiate { facts }) => {
                Ok(vec![UserLinkEvent::Initiated { facts }])
            }
            (Self::Absent, _) => Err(UserLinkError::Absent),
            (Self::Initiated { .. }, UserLinkCommand::IssueOtp { digits, now }) => {
                let otp = Otp { digits, expires_at: now + OTP_AGE_MAX };
                Ok(vec![UserLinkEvent::OtpIssued { otp }])
            }
            (Self::Initiated { otp: Some(_), facts }, UserLinkCommand::MarkOtpSent) => {
                let transaction = facts.transaction.clone();
                Ok(vec![UserLinkEvent::OtpSent { request_id: facts.request_id, transaction }])
            }
            (Self::Initiated { facts, .. }, UserLinkCommand::FailOtp { reason, code }) => {
                let (request_id, transaction) = (facts.request_id, facts.transaction.clone());
                Ok(vec![UserLinkEvent::OtpFailed { request_id, transaction, reason, code }])
            }
            (state, UserLinkCommand::Confirm { request_id, digits, now }) => {
                Ok(vec![state.confirm(request_id, &digits, now)])
            }
            (Self::Confirmed { facts, confirmed_by, .. }, UserLinkCommand::MarkLinked) => {
                let (facts, confirmed_by) = (facts.clone(), *confirmed_by);
                Ok(vec![UserLinkEvent::Linked { facts, confirmed_by }])
            }
            // Told twice, or too late to matter.
            (
                Self::Initiated { .. }
                | Self::Waiting { .. }
                | Self::Confirmed { .. }
                | Self::Linked { .. }
                | Self::Void { .. },
                _,
            ) => Ok(vec![]),
        }
    }

    /// Every confirmation has an answer, also one that comes again.
    fn confirm(
        &self,
        request_id: RequestId,
        digits: &Pseudonym,
        now: DateTime<Utc>,
    ) -> UserLinkEvent {
        let refused = |why, tries_left| UserLinkEvent::Refused { request_id, why, tries_left };
        let Some(otp) = self.otp() else {
            return refused(OtpRefusal::Void, 0);
        };
        let wrong = if let Self::Waiting { wrong, .. } = self { *wrong } else { 0 };
        let tries_left = WRONG_OTP_COUNT_MAX.saturating_sub(wrong.saturating_add(1));
        if otp.digits != *digits {
            return refused(OtpRefusal::Wrong, tries_left);
        }
        let answered = matches!(self, Self::Confirmed { .. } | Self::Linked { .. });
        if now >= otp.expires_at && !answered {
            return refused(OtpRefusal::Expired, 0);
        }
        UserLinkEvent::Confirmed { request_id }
    }

    fn evolve(&mut self, event: UserLinkEvent) {
        let before = std::mem::take(self);
        *self = match (before, event) {
            (Self::Absent, UserLinkEvent::Initiated { facts }) => {
                Self::Initiated { facts, otp: None }
            }
            (Self::Initiated { facts, .. }, UserLinkEvent::OtpIssued { otp }) => {
                Self::Initiated { facts, otp: Some(otp) }
            }
            (Self::Initiated { facts, otp: Some(otp) }, UserLinkEvent::OtpSent { .. }) => {
                Self::Waiting { facts, otp, wrong: 0 }
            }
            (Self::Initiated { facts, .. }, UserLinkEvent::OtpFailed { .. }) => {
                Self::Void { facts }
            }
            (
                Self::Waiting { facts, otp, wrong },
                UserLinkEvent::Refused { why: OtpRefusal::Wrong, .. },
            ) if wrong + 1 < WRONG_OTP_COUNT_MAX => Self::Waiting { facts, otp, wrong: wrong + 1 },
            (Self::Waiting { facts, .. }, UserLinkEvent::Refused { .. }) => Self::Void { facts },
            (
                Self::Initiated { facts, otp: Some(otp) } | Self::Waiting { facts, otp, .. },
                UserLinkEvent::Confirmed { request_id },
            ) => Self::Confirmed { facts, otp, confirmed_by: request_id },
            (Self::Confirmed { facts, otp, .. }, UserLinkEvent::Linked { .. }) => {
                Self::Linked { facts, otp }
            }
            (before, _) => before,
        };
    }
}

aggregate!(UserLink, "user-link", UserLinkCommand, UserLinkEvent, UserLinkError);

#[cfg(test)]
mod tests;
