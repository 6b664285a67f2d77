//! A switch that stops all replays, for failures where it is not known yet which order causes them.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::ClientName;

/// State of the switch.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplaySwitch {
    /// Replay orders run.
    #[default]
    Allowed,
    /// No item of any order is started.
    Stopped,
}

/// A command to the switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaySwitchCommand {
    /// Stop all replay orders.
    Stop {
        /// The client that stops them.
        by: ClientName,
    },
    /// Allow replay orders again.
    Allow {
        /// The client that allows them.
        by: ClientName,
    },
}

/// An event of the switch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, LogEvent)]
pub enum ReplaySwitchEvent {
    /// All replay orders were stopped.
    #[serde(rename = "replay_switch.stopped")]
    Stopped {
        /// The client that stopped them.
        by: ClientName,
    },
    /// Replay orders were allowed again.
    #[serde(rename = "replay_switch.allowed")]
    Allowed {
        /// The client that allowed them.
        by: ClientName,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplaySwitchError {}

impl ReplaySwitch {
    /// Decides on a command and returns the resulting events.
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
