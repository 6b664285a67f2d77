//! A message from the gateway: stored before it is understood, understood once.
//!
//! ```text
//! (nothing) ── Receive ──► Received ── Interpret ──► Interpreted
//!                             ├────── Reject ─────► Rejected     (understood, and refused)
//!                             └────── Fail ───────► Failed       (not understood; names the field)
//! ```
//! However it ended, an operator may have it looked at again (Replay): then it is as just received.

pub mod command;
pub mod event;

pub use command::InboundCommand;
pub use event::{
    ApiVersion, BearerCheck, CallbackKind, DirectReply, InboundEvent, RawCallback, ReceivedCallback,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;

/// How far one message has come.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Inbound {
    /// Nothing has come under this request id.
    #[default]
    Absent,
    /// Stored, not yet understood.
    Received,
    /// Understood, and its consequences are in the log.
    Interpreted,
    /// Understood, and refused.
    Rejected,
    /// Not understood.
    Failed,
}

/// Why a command on a message was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InboundError {
    /// There is no such message.
    #[error("no message has this request id")]
    Absent,
}

impl Inbound {
    /// What follows from `command`.
    pub fn decide(&self, command: InboundCommand) -> Result<Vec<InboundEvent>, InboundError> {
        match (self, command) {
            (Self::Absent, InboundCommand::Receive(received)) => {
                Ok(vec![InboundEvent::Received(received)])
            }
            (Self::Absent, _) => Err(InboundError::Absent),
            (_, InboundCommand::Replay { replay, answers }) => {
                Ok(vec![InboundEvent::ReplayRequested { replay, answers }])
            }
            (Self::Received, InboundCommand::Interpret { owed }) => {
                Ok(vec![InboundEvent::Interpreted { owed }])
            }
            (Self::Received, InboundCommand::Reject { code, reason, owed }) => {
                Ok(vec![InboundEvent::Rejected { code, reason, owed }])
            }
            (Self::Received, InboundCommand::Fail { field, expected, owed }) => {
                Ok(vec![InboundEvent::Failed { field, expected, owed }])
            }
            // Told twice, or closed already: what is so stays so.
            (Self::Received | Self::Interpreted | Self::Rejected | Self::Failed, _) => Ok(vec![]),
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "cqrs-es hands the event over")]
    fn evolve(&mut self, event: InboundEvent) {
        *self = match event {
            InboundEvent::Received(_) | InboundEvent::ReplayRequested { .. } => Self::Received,
            InboundEvent::Interpreted { .. } => Self::Interpreted,
            InboundEvent::Rejected { .. } => Self::Rejected,
            InboundEvent::Failed { .. } => Self::Failed,
        };
    }
}

aggregate!(Inbound, "in", InboundCommand, InboundEvent, InboundError);

#[cfg(test)]
mod tests;
