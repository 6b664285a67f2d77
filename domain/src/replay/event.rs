//! What happens to an order.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Ordered;
use crate::aggregate::LogEvent;
use crate::id::{ClientName, FacilityId, RequestId};

/// Which way a message went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The gateway's to us.
    Callback,
    /// Ours to a peer.
    Call,
}

/// What an order is about. All that is said must be so; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// Exactly these messages.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestId>,
    /// Of these facilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facilities: Option<Vec<FacilityId>>,
    /// Received, or planned, at this time or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Callbacks, or calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// Of this kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// That ended like this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// The dead letters of this cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// What became of the items of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Understood, or sent again.
    pub completed: u32,
    /// Understood, and refused.
    pub refused: u32,
    /// Not understood, or not to be done.
    pub failed: u32,
    /// There was nothing to do.
    pub skipped: u32,
}

/// What happens to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReplayEvent {
    /// It was given.
    #[serde(rename = "replay.ordered")]
    Ordered {
        /// The order itself.
        order: Ordered,
        /// What was selected.
        selection: Box<Selection>,
        /// How many items that are.
        item_count: u32,
        /// At most so many items a second.
        rate_per_s: Option<u32>,
    },
    /// No further item is begun for now.
    #[serde(rename = "replay.paused")]
    Paused {
        /// Who wished it.
        by: ClientName,
    },
    /// It goes on.
    #[serde(rename = "replay.resumed")]
    Resumed {
        /// Who wished it.
        by: ClientName,
    },
    /// No further item is begun, ever.
    #[serde(rename = "replay.cancelled")]
    Cancelled {
        /// Who wished it.
        by: ClientName,
    },
    /// Every item was looked at.
    #[serde(rename = "replay.completed")]
    Completed {
        /// What became of them.
        tally: Tally,
    },
}

impl LogEvent for ReplayEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Ordered { .. } => "replay.ordered",
            Self::Paused { .. } => "replay.paused",
            Self::Resumed { .. } => "replay.resumed",
            Self::Cancelled { .. } => "replay.cancelled",
            Self::Completed { .. } => "replay.completed",
        }
    }
}
