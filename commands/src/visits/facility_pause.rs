//! Commands of operators on a facility: pause or resume fetching, and change the service id.

use hip_domain::facility::{Facility, FacilityCommand, FacilityError};
use hip_domain::id::FacilityId;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::log::dispatch::{DispatchError, Dispatcher};
use crate::port::log::{Actor, Origin};

/// Executes a command on a facility. Returns whether anything changed. `wish` is the idempotency id of the command.
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

/// Whether fetching is paused for a facility, from the log.
pub async fn is_paused(
    dispatcher: &Dispatcher,
    facility: &FacilityId,
) -> Result<bool, DispatchError<FacilityError>> {
    Ok(dispatcher.load::<Facility>(&StreamId::facility(facility)).await?.is_paused())
}
