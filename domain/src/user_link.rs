//! A user-initiated link: a patient starts it in their app and confirms it with an OTP.
//!
//! ```text
//! (nothing) ── Initiate ──► Initiated ── IssueOtp ──► Initiated ── MarkOtpSent ──► Waiting
//!                               └── FailOtp ──► Void                                 │ ▲
//!                                                  ▲── third wrong OTP ── Confirm ───┤ │ wrong OTP
//!                                                                                    │ └───┘
//!                                   Linked ◄── MarkLinked ── Confirmed ◄── right OTP ┘
//! ```
//! The OTP itself is not stored, only its keyed HMAC. After a crash before the message is sent, a new OTP is created.

pub mod command;
pub mod event;

pub use command::UserLinkCommand;
pub use event::{Chosen, OtpRefusal, UserLinkEvent, UserLinkFacts};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{Pseudonym, RequestId};

/// How long an OTP is valid.
pub const OTP_AGE_MAX: TimeDelta = TimeDelta::minutes(10);

/// Number of wrong OTPs that end a link, because six digits can be guessed.
pub const WRONG_OTP_COUNT_MAX: u32 = 3;

/// State of one link.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum UserLink {
    /// Unknown.
    #[default]
    Absent,
    /// Started; no OTP was sent yet.
    Initiated {
        /// The selection.
        facts: UserLinkFacts,
        /// The newest OTP, which may not have been sent.
        otp: Option<Otp>,
    },
    /// An OTP was sent.
    Waiting {
        /// The selection.
        facts: UserLinkFacts,
        /// The OTP.
        otp: Otp,
        /// Number of wrong attempts.
        wrong: u32,
    },
    /// The OTP was correct; the gateway is being notified.
    Confirmed {
        /// The selection.
        facts: UserLinkFacts,
        /// The OTP, for a repeated confirmation.
        otp: Otp,
        /// The request with the correct OTP.
        confirmed_by: RequestId,
    },
    /// The gateway was notified, so the care contexts are linked.
    Linked {
        /// The selection.
        facts: UserLinkFacts,
        /// The OTP, for a repeated confirmation.
        otp: Otp,
    },
    /// It can no longer be confirmed.
    Void {
        /// The selection.
        facts: UserLinkFacts,
    },
}

/// A one-time password as stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Otp {
    /// Keyed HMAC of its digits.
    pub digits: Pseudonym,
    /// When it expires.
    pub expires_at: DateTime<Utc>,
}

/// Errors of user-link commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UserLinkError {
    /// The link does not exist.
    #[error("no such link reference")]
    Absent,
}

impl UserLink {
    /// The selection.
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

    /// Whether there is an OTP that was not used yet, so that a wrong one may be a guess.
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

    /// Decides on a command and returns the resulting events.
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
            // A repeated or late command.
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

    /// Every confirmation gets a reply, also a repeated one.
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
