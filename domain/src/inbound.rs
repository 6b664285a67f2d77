//! A message from the gateway: stored first, then interpreted once.
//!
//! ```text
//! (nothing) ── Receive ──► Received ── Interpret ──► Interpreted
//!                             ├────── Reject ─────► Rejected     (interpreted and refused)
//!                             └────── Fail ───────► Failed       (malformed; names the member)
//! ```
//! An operator can have a closed message interpreted again (Replay). Its state is then `Received` again.

pub mod command;
pub mod event;

pub use command::InboundCommand;
pub use event::{
    ApiVersion, BearerCheck, CallbackKind, DirectReply, InboundEvent, RawCallback, ReceivedCallback,
};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;

/// State of one message.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Inbound {
    /// There is no message with this request id.
    #[default]
    Absent,
    /// Stored, but not interpreted yet.
    Received,
    /// Interpreted; its effects are in the log.
    Interpreted,
    /// Interpreted and refused.
    Rejected,
    /// Malformed.
    Failed,
}

/// Errors of message commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum InboundError {
    /// The message does not exist.
    #[error("no message has this request id")]
    Absent,
}

impl Inbound {
    /// Decides on a command and returns the resulting events.
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
            // Repeated, or already closed: nothing changes.
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
