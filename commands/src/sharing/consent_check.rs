//! Whether records may leave under a consent, asked again before every page.

use chrono::{DateTime, Utc};
use hip_domain::consent::{Consent, Grant, NotInForce};
use hip_domain::id::FacilityId;

use crate::linking::opt_out;
use crate::patients::patient_data::subject_of;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// What a consent grants, if records of `facility` may leave under it at `now`: it is in force, and its
/// patient has not left ABDM. The log is read, not a read model, which may lag.
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
