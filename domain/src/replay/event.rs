//! Events of replay orders.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::Ordered;
use crate::id::{ClientName, FacilityId, RequestId};

/// The direction of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the gateway to this service.
    Callback,
    /// From this service to a peer.
    Call,
}

/// The selection of an order. All given criteria must match; absent ones are ignored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Selection {
    /// These request ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requests: Vec<RequestId>,
    /// These facilities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facilities: Option<Vec<FacilityId>>,
    /// Received or planned at this time or later.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
    /// Received or planned before this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Callbacks or calls.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direction: Option<Direction>,
    /// This kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// This final status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Dead letters with this cause.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

/// The results of the items of an order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Items that were interpreted or sent again.
    pub completed: u32,
    /// Items that were interpreted and refused.
    pub refused: u32,
    /// Items that could not be interpreted or processed.
    pub failed: u32,
    /// Items with nothing to do.
    pub skipped: u32,
}

/// An event of a replay order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, LogEvent)]
pub enum ReplayEvent {
    /// The order was given.
    #[serde(rename = "replay.ordered")]
    Ordered {
        /// The order.
        order: Ordered,
        /// The selected items.
        selection: Box<Selection>,
        /// Number of selected items.
        item_count: u32,
        /// Maximum number of items per second; `None` means no limit.
        rate_per_s: Option<u32>,
    },
    /// The order was paused.
    #[serde(rename = "replay.paused")]
    Paused {
        /// The client that paused it.
        by: ClientName,
    },
    /// The order was resumed.
    #[serde(rename = "replay.resumed")]
    Resumed {
        /// The client that resumed it.
        by: ClientName,
    },
    /// The order was cancelled.
    #[serde(rename = "replay.cancelled")]
    Cancelled {
        /// The client that cancelled it.
        by: ClientName,
    },
    /// All items were processed.
    #[serde(rename = "replay.completed")]
    Completed {
        /// The results of the items.
        tally: Tally,
    },
}
