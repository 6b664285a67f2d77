//! What an operator decides about a facility: whether its visits are fetched, and its service id.

use hip_domain::facility::{Facility, FacilityCommand, FacilityError};
use hip_domain::id::FacilityId;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::log::dispatch::{DispatchError, Dispatcher};
use crate::port::log::{Actor, Origin};

/// Pauses, resumes or renames. Returns whether anything changed. `wish` is the id of this wish: repeated under
/// the same id it is done once.
pub async fn decide(
    dispatcher: &Dispatcher,
    facility: &FacilityId,
    command: FacilityCommand,
    wish: Uuid,
) -> Result<bool, DispatchError<FacilityError>> {
    let origin = Origin {
        correlation: wish,
        causation: None,
        actor: Actor::Door,
        subject: None,
        new_subject: false,
    };
    let stream = StreamId::facility(facility);
    let key = format!("facility:{wish}");
    let stored = dispatcher.execute::<Facility>(&stream, command, &key, &origin).await?;
    Ok(stored.is_some())
}

/// Whether the visits of a facility wait, as the log has it now.
pub async fn is_paused(
    dispatcher: &Dispatcher,
    facility: &FacilityId,
) -> Result<bool, DispatchError<FacilityError>> {
    Ok(dispatcher.load::<Facility>(&StreamId::facility(facility)).await?.is_paused())
}
