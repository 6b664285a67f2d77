//! Facilities for which fetching visits is paused.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::facility::FacilityEvent;
use hip_domain::id::FacilityId;
use hip_domain::recorded::Recorded;

/// The new state of a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacilityIntakeChange {
    /// Id of the facility.
    pub facility: FacilityId,
    /// Whether fetching is paused.
    pub paused: bool,
    /// The reason, if one was given.
    pub reason: Option<String>,
    /// When the change was recorded.
    pub at: DateTime<Utc>,
}

/// The change that an event makes; `None` if there is none.
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
