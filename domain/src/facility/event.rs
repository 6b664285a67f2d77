//! What happens to a facility.

use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::FacilityId;

/// What happens to a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FacilityEvent {
    /// An operator wants nothing of it fetched.
    #[serde(rename = "facility.intake_paused")]
    IntakePaused {
        /// Which.
        facility: FacilityId,
        /// Why, in words without personal data.
        reason: Option<String>,
    },
    /// An operator wants its visits fetched again.
    #[serde(rename = "facility.intake_resumed")]
    IntakeResumed {
        /// Which.
        facility: FacilityId,
    },
    /// The gateway knows it under another service id from now on.
    #[serde(rename = "facility.renamed")]
    Renamed {
        /// The id that it had first.
        facility: FacilityId,
        /// Its id now.
        to: FacilityId,
    },
}

impl LogEvent for FacilityEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::IntakePaused { .. } => "facility.intake_paused",
            Self::IntakeResumed { .. } => "facility.intake_resumed",
            Self::Renamed { .. } => "facility.renamed",
        }
    }
}
