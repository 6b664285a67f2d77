//! A call that we make: planned with the id it will carry, tried until its outcome is known.
//!
//! ```text
//! (nothing) ── Plan ──► Planned ── Attempt ──► Attempted ── Accept ───► Accepted
//!                          ▲           └───── Abandon ──┼──────────────► Abandoned
//!                          └────────────────────────────┘ Fail, when the peer said no (tried again later)
//! ```
//! After a crash in `Attempted`, and after a failure without a no from the peer, the outcome is unknown: the call is
//! made again under the same id, and a peer that says "duplicate" then has told us that it had arrived.
//!
//! An operator may have it made again (Replay): under its own id, as if its outcome were unknown; or
//! under a new one, then this stream names the other. What a replay may not send is Suppressed.

pub mod command;
pub mod event;

pub use command::OutboundCommand;
pub use event::{Call, OutboundEvent, Sent, SentAgain};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::ErrorCode;

/// How far one call has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Outbound {
    /// Never planned.
    #[default]
    Absent,
    /// To be made, or to be made again.
    Planned {
        /// What is called.
        call: Call,
        /// Attempts so far, each of which the peer has refused.
        attempts: u32,
    },
    /// On its way, lost in a crash, or failed without a no from the peer: it may have arrived.
    Attempted {
        /// What is called.
        call: Call,
        /// Attempts so far, this one included.
        attempts: u32,
    },
    /// The peer took it.
    Accepted {
        /// What was called.
        call: Call,
    },
    /// Given up.
    Abandoned {
        /// What would have been called.
        call: Call,
        /// Whether the peer has said no. Else it may have arrived, or was never sent.
        refused: bool,
        /// Whether it is made again when an operator trusts the HIU.
        #[serde(default)]
        awaits_trust: bool,
    },
}

/// Whether a call needs to be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallOutcome {
    /// It is not over: to be made, or on its way.
    Open,
    /// It is over, and whether it has arrived is not known.
    Unknown,
    /// The peer has said no to this id.
    Refused,
    /// The peer took it.
    Accepted,
}

/// Why a command on a call was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OutboundError {
    /// There is no such call.
    #[error("no call has this request id")]
    Absent,
}

impl Outbound {
    /// The call behind this id, when there is one.
    pub const fn call(&self) -> Option<&Call> {
        match self {
            Self::Absent => None,
            Self::Planned { call, .. }
            | Self::Attempted { call, .. }
            | Self::Accepted { call }
            | Self::Abandoned { call, .. } => Some(call),
        }
    }

    /// Whether the outcome is known and final.
    pub const fn is_closed(&self) -> bool {
        matches!(self, Self::Accepted { .. } | Self::Abandoned { .. })
    }

    /// Whether it needs to be made again; nothing of one that was never planned.
    pub const fn standing(&self) -> Option<CallOutcome> {
        match self {
            Self::Absent => None,
            Self::Planned { .. } | Self::Attempted { .. } => Some(CallOutcome::Open),
            Self::Accepted { .. } => Some(CallOutcome::Accepted),
            Self::Abandoned { refused: true, .. } => Some(CallOutcome::Refused),
            Self::Abandoned { refused: false, .. } => Some(CallOutcome::Unknown),
        }
    }

    /// What follows from `command`.
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
            // A callback may overtake the answer to the call.
            (
                Self::Planned { call, .. }
                | Self::Attempted { call, .. }
                | Self::Accepted { call }
                | Self::Abandoned { call, .. },
                OutboundCommand::Answer { code, reason, again },
            ) => Ok(vec![OutboundEvent::Answered { call: call.clone(), code, reason, again }]),
            // A repeated plan, or the news of an attempt that was already settled.
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
            // It may have arrived before.
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
                // A call that failed without a no from the peer may have arrived, too.
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
                // What was answered has arrived, whatever else we know of it.
                OutboundEvent::Accepted { .. } | OutboundEvent::Answered { .. } => {
                    Self::Accepted { call }
                }
            },
        };
    }
}

/// Whether a peer's last word on a call is a no: a code of its own, or a status that blames us. One that
/// blames itself, or says nothing, may have taken it.
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
