//! A patient leaves ABDM: their link token and their consents go, and their ABHA leads to nobody.
//!
//! What a facility treated them for stays: that is the facility's record, and erasure is another wish.

use hip_domain::consent::{Consent, ConsentCommand, End};
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::link_token::{LinkToken, LinkTokenCommand};
use hip_domain::patient::{Patient, PatientCommand};
use hip_domain::stream::StreamId;

use crate::port::log::Origin;
use crate::provider::Provider;
use crate::task::TaskError;

/// Who has left.
pub(crate) struct Left<'a> {
    /// Where.
    pub(crate) facility: &'a FacilityId,
    /// Pseudonym of the ABHA address.
    pub(crate) address: &'a Pseudonym,
    /// Consents granted before this position end.
    pub(crate) position: i64,
}

/// Ends everything that rests on the ABHA address. Returns the patient, when we know one.
pub(crate) async fn purge(
    provider: &Provider,
    left: &Left<'_>,
    origin: &Origin,
    key: &str,
) -> Result<Option<SubjectId>, TaskError> {
    let Left { facility, address, position } = *left;
    provider.directory.caught_up(position).await;
    let dispatcher = &provider.dispatcher;
    let stream = StreamId::link_token(facility, address);
    let command = LinkTokenCommand::Purge;
    dispatcher.execute::<LinkToken>(&stream, command, &format!("{key}:token"), origin).await?;

    for consent_id in provider.directory.consents(facility, address).await? {
        let stream = StreamId::consent(&consent_id);
        let key = format!("{key}:consent:{consent_id}");
        let command = ConsentCommand::End { consent_id, how: End::OptedOut };
        dispatcher.execute::<Consent>(&stream, command, &key, origin).await?;
    }

    let mut known = None;
    for candidate in provider.directory.by_abha_address(facility, address).await? {
        let stream = StreamId::patient(candidate.subject);
        let key = format!("{key}:patient:{}", candidate.subject);
        let command =
            PatientCommand::DetachAbha { facility: facility.clone(), address: address.clone() };
        dispatcher.execute::<Patient>(&stream, command, &key, origin).await?;
        known = Some(candidate.subject);
    }
    Ok(known)
}
