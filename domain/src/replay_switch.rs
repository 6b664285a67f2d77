//! May anything be replayed at the moment? One switch over all orders, for when something goes wrong
//! and nobody knows yet which order it is.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::{LogEvent, aggregate};
use crate::id::ClientName;

/// How the switch stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplaySwitch {
    /// Orders are followed.
    #[default]
    Allowed,
    /// No item of any order is begun.
    Stopped,
}

/// A wish about the switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaySwitchCommand {
    /// Begin no item of any order.
    Stop {
        /// Who wishes it.
        by: ClientName,
    },
    /// Follow the orders again.
    Allow {
        /// Who wishes it.
        by: ClientName,
    },
}

/// What happens to the switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplaySwitchEvent {
    /// No item of any order is begun from here on.
    #[serde(rename = "replay_switch.stopped")]
    Stopped {
        /// Who wished it.
        by: ClientName,
    },
    /// Orders are followed from here on.
    #[serde(rename = "replay_switch.allowed")]
    Allowed {
        /// Who wished it.
        by: ClientName,
    },
}

impl LogEvent for ReplaySwitchEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Stopped { .. } => "replay_switch.stopped",
            Self::Allowed { .. } => "replay_switch.allowed",
        }
    }
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplaySwitchError {}

impl ReplaySwitch {
    /// What follows from `command`.
    pub fn decide(
        &self,
        command: ReplaySwitchCommand,
    ) -> Result<Vec<ReplaySwitchEvent>, ReplaySwitchError> {
        Ok(match (self, command) {
            (Self::Allowed, ReplaySwitchCommand::Stop { by }) => {
                vec![ReplaySwitchEvent::Stopped { by }]
            }
            (Self::Stopped, ReplaySwitchCommand::Allow { by }) => {
                vec![ReplaySwitchEvent::Allowed { by }]
            }
            (Self::Allowed | Self::Stopped, _) => vec![],
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "cqrs-es hands the event over")]
    fn evolve(&mut self, event: ReplaySwitchEvent) {
        *self = match event {
            ReplaySwitchEvent::Stopped { .. } => Self::Stopped,
            ReplaySwitchEvent::Allowed { .. } => Self::Allowed,
        };
    }
}

aggregate!(
    ReplaySwitch,
    "replay-switch",
    ReplaySwitchCommand,
    ReplaySwitchEvent,
    ReplaySwitchError
);
