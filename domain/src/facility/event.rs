//! Events of facilities.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use crate::id::FacilityId;

/// An event of a facility.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, LogEvent)]
pub enum FacilityEvent {
    /// An operator paused fetching its visits.
    #[serde(rename = "facility.intake_paused")]
    IntakePaused {
        /// Id of the facility.
        facility: FacilityId,
        /// The reason, without personal data.
        reason: Option<String>,
    },
    /// An operator resumed fetching its visits.
    #[serde(rename = "facility.intake_resumed")]
    IntakeResumed {
        /// Id of the facility.
        facility: FacilityId,
    },
    /// The facility has a new service id.
    #[serde(rename = "facility.renamed")]
    Renamed {
        /// The first service id.
        facility: FacilityId,
        /// The new service id.
        to: FacilityId,
    },
}
