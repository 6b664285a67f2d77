//! Which facilities' visits are fetched.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::facility::FacilityEvent;
use hip_domain::id::FacilityId;
use hip_domain::recorded::Recorded;

/// How it stands with one facility from now on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilityIntakeChange {
    /// Which.
    pub facility: FacilityId,
    /// Whether its visits wait.
    pub paused: bool,
    /// Why.
    pub reason: Option<String>,
    /// Since when.
    pub at: DateTime<Utc>,
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<FacilityIntakeChange> {
    let Event::Facility(event) = &recorded.event else {
        return None;
    };
    let (facility, paused, reason) = match event {
        FacilityEvent::IntakePaused { facility, reason } => (facility, true, reason.clone()),
        FacilityEvent::IntakeResumed { facility } => (facility, false, None),
        FacilityEvent::Renamed { .. } => return None,
    };
    Some(FacilityIntakeChange {
        facility: facility.clone(),
        paused,
        reason,
        at: recorded.recorded_at,
    })
}
