//! An operator's order to do something again, and how far it has come.
//!
//! ```text
//! (nothing) ── Order ──► Running ◄── Resume / Pause ──► Paused
//!                           │                              │
//!                           ├────────── Cancel ────────────┼──► Cancelled
//!                           └── Complete ──► Completed     ┘
//! ```
//! What an order leads to is in the streams of the messages and calls that it is about; each of them
//! names it.

pub mod event;

pub use event::{Direction, ReplayEvent, Selection, Tally};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{ClientName, ReplayId};

/// What of an order may leave the house.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Nothing: facts are drawn from a message again, and a call that would follow is noted as
    /// suppressed.
    Projections,
    /// What was never sent; what may be lost, under the id that it had; what was refused, under a new
    /// one. Nothing that a peer has taken.
    #[default]
    Safe,
    /// The answers to a message in any case, under a new id where the peer has taken them.
    All,
}

impl Policy {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Projections => "projections",
            Self::Safe => "safe",
            Self::All => "all",
        }
    }
}

/// An order, as what follows from it names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// Which.
    pub replay: ReplayId,
    /// What may leave.
    pub policy: Policy,
    /// Who gave it.
    pub by: ClientName,
    /// Why: the words of a `Reason`. Kept as text, so that a stored order opens whatever that rule becomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How far an order has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replay {
    /// Never given.
    #[default]
    Absent,
    /// Followed.
    Running,
    /// It waits.
    Paused,
    /// Nothing more is done for it.
    Cancelled,
    /// All of it was looked at.
    Completed,
}

/// A wish about an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Do this again.
    Order {
        /// The order itself.
        order: Ordered,
        /// What was selected.
        selection: Box<Selection>,
        /// How many items that are.
        item_count: u32,
        /// At most so many items a second; nothing sets no bound.
        rate_per_s: Option<u32>,
    },
    /// Begin no further item for now.
    Pause {
        /// Who wishes it.
        by: ClientName,
    },
    /// Go on.
    Resume {
        /// Who wishes it.
        by: ClientName,
    },
    /// Begin no further item, ever.
    Cancel {
        /// Who wishes it.
        by: ClientName,
    },
    /// Every item was looked at.
    Complete {
        /// What became of them.
        tally: Tally,
    },
}

/// Why a wish about an order was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// It was never given.
    #[error("there is no such replay")]
    Absent,
    /// It is over.
    #[error("the replay is over")]
    Over,
}

impl Replay {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: ReplayCommand) -> Result<Vec<ReplayEvent>, ReplayError> {
        match (self, command) {
            (Self::Absent, ReplayCommand::Order { order, selection, item_count, rate_per_s }) => {
                Ok(vec![ReplayEvent::Ordered { order, selection, item_count, rate_per_s }])
            }
            (Self::Absent, _) => Err(ReplayError::Absent),
            (Self::Running, ReplayCommand::Pause { by }) => Ok(vec![ReplayEvent::Paused { by }]),
            (Self::Paused, ReplayCommand::Resume { by }) => Ok(vec![ReplayEvent::Resumed { by }]),
            (Self::Running | Self::Paused, ReplayCommand::Cancel { by }) => {
                Ok(vec![ReplayEvent::Cancelled { by }])
            }
            (Self::Running | Self::Paused, ReplayCommand::Complete { tally }) => {
                Ok(vec![ReplayEvent::Completed { tally }])
            }
            (
                Self::Cancelled | Self::Completed,
                ReplayCommand::Pause { .. } | ReplayCommand::Resume { .. },
            )
            | (Self::Completed, ReplayCommand::Cancel { .. }) => Err(ReplayError::Over),
            // Told twice.
            (Self::Running | Self::Paused | Self::Cancelled | Self::Completed, _) => Ok(vec![]),
        }
    }

    #[expect(clippy::needless_pass_by_value, reason = "cqrs-es hands the event over")]
    fn evolve(&mut self, event: ReplayEvent) {
        *self = match event {
            ReplayEvent::Ordered { .. } | ReplayEvent::Resumed { .. } => Self::Running,
            ReplayEvent::Paused { .. } => Self::Paused,
            ReplayEvent::Cancelled { .. } => Self::Cancelled,
            ReplayEvent::Completed { .. } => Self::Completed,
        };
    }
}

aggregate!(Replay, "replay", ReplayCommand, ReplayEvent, ReplayError);

#[cfg(test)]
mod tests;
