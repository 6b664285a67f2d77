//! Limits how many one-time passwords are sent to a patient or a phone number, and how many wrong ones are accepted.
//!
//! There is one stream for each patient and one for each phone number, for all links, discoveries and facilities. A
//! message is counted before it is sent and a password before it is checked, so that concurrent requests cannot
//! exceed the limit. Counts that turn out to be wrong are reversed.

pub mod event;

pub use event::OtpLimitEvent;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::aggregate::aggregate;
use crate::id::{LinkReference, RequestId};

/// The configured limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtpLimits {
    /// Minimum time between the messages of two links.
    pub cooldown: TimeDelta,
    /// Messages in one hour.
    pub per_hour_max: u32,
    /// Consecutive wrong passwords, over all links.
    pub wrong_max: u32,
    /// How long sending and trying is blocked after that.
    pub lock: TimeDelta,
}

/// The counted messages and attempts of a patient or a phone number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OtpLimit {
    /// The messages of the last hour, oldest first.
    sent: Vec<Sent>,
    /// Passwords tried since the last correct one.
    tries: Vec<Try>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Sent {
    link: LinkReference,
    attempt: Uuid,
    at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Try {
    request_id: RequestId,
    at: DateTime<Utc>,
}

/// A command to a limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OtpLimitCommand {
    /// Count a message that will be sent.
    Send {
        /// Reference of the link.
        link: LinkReference,
        /// Id of this message.
        attempt: Uuid,
        /// The configured limits.
        limits: OtpLimits,
        /// The current time.
        now: DateTime<Utc>,
    },
    /// Reverse the count of a message that was certainly not sent.
    TakeBack {
        /// Id of the message.
        attempt: Uuid,
    },
    /// Count a password that will be checked.
    Try {
        /// The request that contained it.
        request_id: RequestId,
        /// The configured limits.
        limits: OtpLimits,
        /// When the request was received.
        now: DateTime<Utc>,
    },
    /// Reset the attempts after a correct password.
    Clear,
}

/// Why a message must not be sent or a password not be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OtpLimitError {
    /// The last message is too recent.
    #[error("a one-time password was sent a moment ago")]
    Cooldown,
    /// The hourly limit is reached.
    #[error("too many one-time passwords were sent in an hour")]
    TooMany,
    /// Too many wrong passwords were tried.
    #[error("too many wrong one-time passwords were tried")]
    Locked,
}

const HOUR: TimeDelta = TimeDelta::hours(1);

impl OtpLimit {
    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: OtpLimitCommand) -> Result<Vec<OtpLimitEvent>, OtpLimitError> {
        match command {
            OtpLimitCommand::Send { link, attempt, limits, now } => {
                self.may_send(link, &limits, now)?;
                Ok(vec![OtpLimitEvent::SendCounted { link, attempt, at: now }])
            }
            OtpLimitCommand::TakeBack { attempt } => {
                let is_counted = self.sent.iter().any(|sent| sent.attempt == attempt);
                Ok(is_counted
                    .then_some(OtpLimitEvent::SendTakenBack { attempt })
                    .into_iter()
                    .collect())
            }
            OtpLimitCommand::Try { request_id, limits, now } => {
                if self.tries.iter().any(|one| one.request_id == request_id) {
                    return Ok(vec![]);
                }
                if self.is_locked(&limits, now) {
                    return Err(OtpLimitError::Locked);
                }
                let starts_anew = self.last_try().is_some_and(|last| now >= last + limits.lock);
                let cleared = starts_anew.then_some(OtpLimitEvent::TriesCleared {});
                let counted = OtpLimitEvent::TryCounted { request_id, at: now };
                Ok(cleared.into_iter().chain([counted]).collect())
            }
            OtpLimitCommand::Clear => {
                let is_needed = !self.tries.is_empty();
                Ok(is_needed.then_some(OtpLimitEvent::TriesCleared {}).into_iter().collect())
            }
        }
    }

    /// The cooldown does not apply to a repeated message of the same link, because the first one may not have been
    /// sent. It still counts.
    fn may_send(
        &self,
        link: LinkReference,
        limits: &OtpLimits,
        now: DateTime<Utc>,
    ) -> Result<(), OtpLimitError> {
        if self.is_locked(limits, now) {
            return Err(OtpLimitError::Locked);
        }
        let others = self.sent.iter().filter(|sent| sent.link != link);
        if others.map(|sent| sent.at).max().is_some_and(|last| now < last + limits.cooldown) {
            return Err(OtpLimitError::Cooldown);
        }
        let in_hour = self.sent.iter().filter(|sent| now < sent.at + HOUR).count();
        if in_hour >= limits.per_hour_max as usize {
            return Err(OtpLimitError::TooMany);
        }
        Ok(())
    }

    fn is_locked(&self, limits: &OtpLimits, now: DateTime<Utc>) -> bool {
        let is_full = self.tries.len() >= limits.wrong_max as usize;
        is_full && self.last_try().is_some_and(|last| now < last + limits.lock)
    }

    fn last_try(&self) -> Option<DateTime<Utc>> {
        self.tries.iter().map(|one| one.at).max()
    }

    fn evolve(&mut self, event: OtpLimitEvent) {
        match event {
            OtpLimitEvent::SendCounted { link, attempt, at } => {
                self.sent.retain(|sent| at < sent.at + HOUR);
                self.sent.push(Sent { link, attempt, at });
            }
            OtpLimitEvent::SendTakenBack { attempt } => {
                self.sent.retain(|sent| sent.attempt != attempt);
            }
            OtpLimitEvent::TryCounted { request_id, at } => self.tries.push(Try { request_id, at }),
            OtpLimitEvent::TriesCleared {} => self.tries.clear(),
        }
    }
}

aggregate!(OtpLimit, "otp-limit", OtpLimitCommand, OtpLimitEvent, OtpLimitError);

#[cfg(test)]
mod tests;
