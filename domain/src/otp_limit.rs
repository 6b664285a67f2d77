//! How often one-time passwords are sent to one person, or to one telephone, and how many wrong ones are
//! borne.
//!
//! There is one stream for each person and one for each telephone, whatever link, discovery or facility a
//! password is for. A message is counted before it is sent and a password before it is judged, so that
//! many at the same time are not more than the limit; what turns out not to count is taken back.

pub mod event;

pub use event::OtpLimitEvent;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::aggregate::aggregate;
use crate::id::{LinkReference, RequestId};

/// What an operator allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OtpLimits {
    /// Between the messages of two links.
    pub cooldown: TimeDelta,
    /// Messages in an hour.
    pub per_hour_max: u32,
    /// Wrong passwords in a row, over all links.
    pub wrong_max: u32,
    /// After that many nothing is sent and no password is taken for so long.
    pub lock: TimeDelta,
}

/// What was sent to a person or a telephone, and tried for them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OtpLimit {
    /// The messages of the last hour, oldest first.
    sent: Vec<Sent>,
    /// Passwords that were tried since the last right one.
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

/// What is asked of the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum OtpLimitCommand {
    /// A message is about to be sent.
    Send {
        /// For which link.
        link: LinkReference,
        /// Names this message.
        attempt: Uuid,
        /// What is allowed.
        limits: OtpLimits,
        /// The time by which it is counted.
        now: DateTime<Utc>,
    },
    /// That message was surely not sent.
    TakeBack {
        /// Which.
        attempt: Uuid,
    },
    /// A password is about to be judged.
    Try {
        /// The request that brought it.
        request_id: RequestId,
        /// What is allowed.
        limits: OtpLimits,
        /// The time by which it is counted.
        now: DateTime<Utc>,
    },
    /// It was right.
    Clear,
}

/// Why nothing is sent, or no password taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OtpLimitError {
    /// The last message is too recent.
    #[error("a one-time password was sent a moment ago")]
    Cooldown,
    /// There were too many in an hour.
    #[error("too many one-time passwords were sent in an hour")]
    TooMany,
    /// Too many wrong ones were tried.
    #[error("too many wrong one-time passwords were tried")]
    Locked,
}

const HOUR: TimeDelta = TimeDelta::hours(1);

impl OtpLimit {
    /// What follows from `command`.
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

    /// A message that is repeated because the first may not have left is no new wish of anybody, so it
    /// needs no pause; it counts all the same.
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
