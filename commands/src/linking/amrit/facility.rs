//! Records the facility that AMRIT reports for a visit.

use hip_domain::access::AccessEvent;
use hip_domain::id::{CareContextReference, FacilityId};

use super::AmritError;
use crate::accountability::access_log_entry::remember_today;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// Appends AMRIT's statement to the access log. The pushed visit also names its facility, and only that one counts.
///
/// # Errors
///
/// The log cannot be written.
pub async fn choose(
    ports: &Ports,
    facility: &FacilityId,
    visit: CareContextReference,
) -> Result<(), AmritError> {
    let event = AccessEvent::FacilityChosen { facility: facility.clone(), visit };
    let id = ports.ids.random();
    remember_today(ports, &event, &format!("access:facility:{id}"), id, None)
        .await
        .map_err(TaskError::from)?;
    Ok(())
}
