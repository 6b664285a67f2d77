//! An outgoing call: planned with its request id, then attempted until its result is known.
//!
//! ```text
//! (nothing) ── Plan ──► Planned ── Attempt ──► Attempted ── Accept ───► Accepted
//!                          ▲           └───── Abandon ──┼──────────────► Abandoned
//!                          └────────────────────────────┘ Fail with a refusal by the peer (retried later)
//! ```
//! The result is unknown after a crash in `Attempted`, and after a failure without a refusal by the peer. The call is
//! then repeated under the same id; if the peer reports a duplicate, the earlier attempt had arrived.
//!
//! An operator can have a call sent again (Replay): under its own id, as if its result were unknown, or under a new
//! one, which this stream then names. A call that a replay must not send is Suppressed.

pub mod command;
pub mod event;

pub use command::OutboundCommand;
pub use event::{Call, OutboundEvent, Sent, SentAgain};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::ErrorCode;

/// State of one call.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Outbound {
    /// Not planned.
    #[default]
    Absent,
    /// To be sent, or to be sent again.
    Planned {
        /// The call.
        call: Call,
        /// Attempts so far, all of which the peer refused.
        attempts: u32,
    },
    /// In progress, lost in a crash, or failed without a refusal by the peer: it may have arrived.
    Attempted {
        /// The call.
        call: Call,
        /// Attempts so far, including this one.
        attempts: u32,
    },
    /// The peer accepted it.
    Accepted {
        /// The call.
        call: Call,
    },
    /// Given up.
    Abandoned {
        /// The call.
        call: Call,
        /// Whether the peer refused it. If not, it may have arrived, or was never sent.
        refused: bool,
        /// Whether it is sent again when an operator trusts the HIU.
        #[serde(default)]
        awaits_trust: bool,
    },
}

/// The result of a call so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It is planned or in progress.
    Open,
    /// It was given up, and it is unknown whether it arrived.
    Unknown,
    /// The peer refused this request id.
    Refused,
    /// The peer accepted it.
    Accepted,
}

/// Errors of call commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// The call does not exist.
    #[error("no call has this request id")]
    Absent,
}

impl Outbound {
    /// The call with this id, if it exists.
    pub const fn call(&self) -> Option<&Call> {
        match self {
            Self::Absent => None,
            Self::Planned { call, .. }
            | Self::Attempted { call, .. }
            | Self::Accepted { call }
            | Self::Abandoned { call, .. } => Some(call),
        }
    }

    /// Whether the result is final.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Abandoned { .. })
    }

    /// The result so far; `None` if the call was never planned.
    pub const fn standing(&self) -> Option<CallOutcome> {
        match self {
            Self::Absent => None,
            Self::Planned { .. } | Self::Attempted { .. } => Some(CallOutcome::Open),
            Self::Accepted { .. } => Some(CallOutcome::Accepted),
            Self::Abandoned { refused: true, .. } => Some(CallOutcome::Refused),
            Self::Abandoned { refused: false, .. } => Some(CallOutcome::Unknown),
        }
    }

    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: OutboundCommand) -> Result<Vec<OutboundEvent>, OutboundError> {
        match (self, command) {
            (Self::Absent, OutboundCommand::Plan { call, facility }) => {
                Ok(vec![OutboundEvent::Planned { call, facility }])
            }
            (Self::Absent, OutboundCommand::Attempt { call, facility, sent }) => Ok(vec![
                OutboundEvent::Planned { call, facility },
                OutboundEvent::Attempted { attempt: 1, sent },
            ]),
            (Self::Absent, OutboundCommand::Suppress { call, facility, replay }) => {
                Ok(vec![OutboundEvent::Suppressed { call, facility, replay }])
            }
            (Self::Absent, _) => Err(OutboundError::Absent),
            (
                Self::Planned { call, .. }
                | Self::Attempted { call, .. }
                | Self::Accepted { call }
                | Self::Abandoned { call, .. },
                OutboundCommand::Replay { replay, answers, renewed },
            ) => {
                let call = call.clone();
                Ok(vec![OutboundEvent::ReplayRequested { call, replay, answers, renewed }])
            }
            (
                Self::Planned { attempts, .. } | Self::Attempted { attempts, .. },
                OutboundCommand::Attempt { sent, .. },
            ) => Ok(vec![OutboundEvent::Attempted { attempt: attempts + 1, sent }]),
            (Self::Attempted { call, .. }, OutboundCommand::Accept { status }) => {
                Ok(vec![OutboundEvent::Accepted { call: call.clone(), status }])
            }
            (Self::Attempted { attempts, .. }, OutboundCommand::Fail { status, code, next_at }) => {
                Ok(vec![OutboundEvent::Failed { attempt: *attempts, status, code, next_at }])
            }
            (
                Self::Planned { call, .. } | Self::Attempted { call, .. },
                OutboundCommand::Abandon { status, code, reason, awaits_trust },
            ) => {
                let call = call.clone();
                Ok(vec![OutboundEvent::Abandoned { call, status, code, reason, awaits_trust }])
            }
            (Self::Abandoned { call, awaits_trust: true, .. }, OutboundCommand::Resume) => {
                Ok(vec![OutboundEvent::Resumed { call: call.clone() }])
            }
            // A callback may arrive before the response to the call.
            (
                Self::Planned { call, .. }
                | Self::Attempted { call, .. }
                | Self::Accepted { call }
                | Self::Abandoned { call, .. },
                OutboundCommand::Answer { code, reason, again },
            ) => Ok(vec![OutboundEvent::Answered { call: call.clone(), code, reason, again }]),
            // A repeated plan, or the result of an attempt that is already closed.
            (
                Self::Planned { .. }
                | Self::Attempted { .. }
                | Self::Accepted { .. }
                | Self::Abandoned { .. },
                _,
            ) => Ok(vec![]),
        }
    }

    const fn abandoned(call: Call, refused: bool) -> Self {
        Self::Abandoned { call, refused, awaits_trust: false }
    }

    fn evolve(&mut self, event: OutboundEvent) {
        let before = std::mem::take(self);
        *self = match (before, event) {
            (_, OutboundEvent::Planned { call, .. } | OutboundEvent::Resumed { call }) => {
                Self::Planned { call, attempts: 0 }
            }
            (_, OutboundEvent::Suppressed { call, .. }) => Self::abandoned(call, false),
            // An earlier attempt may have arrived.
            (_, OutboundEvent::ReplayRequested { call, renewed: None, .. }) => {
                Self::Attempted { call, attempts: 0 }
            }
            (before, OutboundEvent::ReplayRequested { renewed: Some(_), .. }) => before,
            (Self::Absent, _) => Self::Absent,
            (
                Self::Planned { call, .. }
                | Self::Attempted { call, .. }
                | Self::Accepted { call }
                | Self::Abandoned { call, .. },
                event,
            ) => match event {
                OutboundEvent::Planned { call, .. } | OutboundEvent::Resumed { call } => {
                    Self::Planned { call, attempts: 0 }
                }
                OutboundEvent::Failed { attempt, status, code, .. }
                    if is_refusal(status, code.as_ref()) =>
                {
                    Self::Planned { call, attempts: attempt }
                }
                // A call that failed without a refusal by the peer may have arrived.
                OutboundEvent::Attempted { attempt, .. }
                | OutboundEvent::Failed { attempt, .. } => {
                    Self::Attempted { call, attempts: attempt }
                }
                OutboundEvent::Abandoned { status, code, awaits_trust, .. } => {
                    let refused = is_refusal(status, code.as_ref());
                    Self::Abandoned { call, refused, awaits_trust }
                }
                OutboundEvent::Suppressed { call, .. }
                | OutboundEvent::ReplayRequested { call, .. } => {
                    Self::Attempted { call, attempts: 0 }
                }
                OutboundEvent::Answered { code: Some(_), again: None, .. } => {
                    Self::abandoned(call, true)
                }
                // A call that was answered has arrived.
                OutboundEvent::Accepted { .. } | OutboundEvent::Answered { .. } => {
                    Self::Accepted { call }
                }
            },
        };
    }
}

/// Whether the peer refused the call: by a 4xx status other than 408 and 429, or by an error code without a status. With
/// any other status it may have accepted the call.
fn is_refusal(status: Option<u16>, code: Option<&ErrorCode>) -> bool {
    match status {
        Some(408 | 429) => false,
        Some(400..=499) => true,
        Some(_) => false,
        None => code.is_some(),
    }
}

aggregate!(Outbound, "out", OutboundCommand, OutboundEvent, OutboundError);

#[cfg(test)]
mod tests;
