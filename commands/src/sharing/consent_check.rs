//! Checks whether records may be sent under a consent, again before every page.

use chrono::{DateTime, Utc};
use hip_domain::consent::{Consent, Grant, NotInForce};
use hip_domain::id::FacilityId;

use crate::linking::opt_out;
use crate::patients::patient_data::subject_of;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The grant, if records of `facility` may be sent under it at `now`: the consent is in force and the patient has not
/// opted out. Reads the log and not a read model, which may be outdated.
pub(crate) async fn in_force<'c>(
    ports: &Ports,
    consent: &'c Consent,
    facility: &FacilityId,
    now: DateTime<Utc>,
) -> Result<Result<&'c Grant, NotInForce>, TaskError> {
    let grant = match consent.in_force(facility, now) {
        Ok(grant) => grant,
        Err(why) => return Ok(Err(why)),
    };
    if let Some(subject) = subject_of(ports, &grant.care_contexts).await?
        && opt_out::has_left(ports, subject).await?
    {
        return Ok(Err(NotInForce::NotGranted));
    }
    Ok(Ok(grant))
}
