//! A replay order of an operator and its progress.
//!
//! ```text
//! (nothing) ── Order ──► Running ◄── Resume / Pause ──► Paused
//!                           │                              │
//!                           ├────────── Cancel ────────────┼──► Cancelled
//!                           └── Complete ──► Completed     ┘
//! ```
//! The effects of an order are in the streams of the replayed messages and calls, which name the order.

pub mod event;

pub use event::{Direction, ReplayEvent, Selection, Tally};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{ClientName, ReplayId};

/// Which calls an order may send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// None: messages are interpreted again, and resulting calls are recorded as suppressed.
    Projections,
    /// Calls that were never sent; uncertain calls under the same id; refused calls under a new id. No call that a
    /// peer has accepted.
    #[default]
    Safe,
    /// Also replies that a peer has accepted, under a new id.
    All,
}

impl Policy {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Projections => "projections",
            Self::Safe => "safe",
            Self::All => "all",
        }
    }
}

/// An order, as the resulting events refer to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ordered {
    /// Id of the order.
    pub replay: ReplayId,
    /// Which calls it may send.
    pub policy: Policy,
    /// The client that gave it.
    pub by: ClientName,
    /// The reason: the text of a `Reason`. Stored as a plain string, so that a stored order can be read even if the
    /// rules for reasons change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// State of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Replay {
    /// Not given.
    #[default]
    Absent,
    /// Running.
    Running,
    /// Paused.
    Paused,
    /// Cancelled.
    Cancelled,
    /// All items were processed.
    Completed,
}

/// A command to an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayCommand {
    /// Give the order.
    Order {
        /// The order.
        order: Ordered,
        /// The selected items.
        selection: Box<Selection>,
        /// Number of selected items.
        item_count: u32,
        /// Maximum number of items per second; `None` means no limit.
        rate_per_s: Option<u32>,
    },
    /// Start no further item for now.
    Pause {
        /// The client that pauses it.
        by: ClientName,
    },
    /// Continue.
    Resume {
        /// The client that resumes it.
        by: ClientName,
    },
    /// Start no further item, permanently.
    Cancel {
        /// The client that cancels it.
        by: ClientName,
    },
    /// All items were processed.
    Complete {
        /// The results of the items.
        tally: Tally,
    },
}

/// Errors of replay commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReplayError {
    /// The order does not exist.
    #[error("there is no such replay")]
    Absent,
    /// The order has ended.
    #[error("the replay is over")]
    Over,
}

impl Replay {
    /// The name of the state.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
        }
    }

    /// Decides on a command and returns the resulting events.
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
            // A repeated command.
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
