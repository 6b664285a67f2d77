//! At which facility a visit takes place.

use hip_domain::access::AccessEvent;
use hip_domain::id::{CareContextReference, FacilityId};

use super::AmritError;
use crate::accountability::access_log_entry::remember_today;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// Remembers what AMRIT says. The visit itself names its facility, too, and that is what counts.
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
