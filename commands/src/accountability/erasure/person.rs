//! Who is meant, and by what they are known.

use std::collections::BTreeSet;

use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::identity::Identity;
use hip_domain::link_token::LinkToken;
use hip_domain::patient::PatientEvent;
use hip_domain::stream::StreamId;

use super::ErasureError;
use crate::linking::opt_out;
use crate::log::codec;
use crate::patients::lookup::LookupKey;
use crate::port::eraser::SubjectKeys;
use crate::port::vault::VaultError;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// What a person is named by.
pub enum Named<'a> {
    /// Their ABHA address, as typed. Who has left ABDM is not found by it any more.
    AbhaAddress(&'a str),
    /// The facility's own id of them.
    Reference(&'a str),
}

/// The data principals of a facility that are meant. A person who was registered twice is two; somebody
/// who is erased is not found.
///
/// # Errors
///
/// The keys, the log or the read models cannot be read.
pub async fn find(
    ports: &Ports,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<Vec<SubjectId>, ErasureError> {
    let mut here = vec![];
    for subject in meant(ports, facility, named).await? {
        if !ports.vault.is_erased(subject).await? {
            here.push(subject);
        }
    }
    Ok(here)
}

async fn meant(
    ports: &Ports,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<BTreeSet<SubjectId>, ErasureError> {
    let mut found = BTreeSet::new();
    match named {
        Named::AbhaAddress(address) => {
            // What was stored before the question can be found.
            let head = ports.log.head().await?;
            opt_out::require_whole_view(ports, facility, &[], head).await?;
            let address = LookupKey::AbhaAddress(address);
            let address = ports.vault.pseudonym(facility, &address).await?;
            let candidates = ports.directory.by_abha_address(facility, &address).await?;
            found.extend(candidates.into_iter().map(|candidate| candidate.subject));
            // A record system may have asked for a token before there was a visit.
            let tokens = StreamId::link_token(facility, &address);
            let tokens = ports.dispatcher.load::<LinkToken>(&tokens).await;
            found.extend(tokens.map_err(TaskError::from)?.subject);
            let subjects: Vec<_> = found.iter().copied().collect();
            opt_out::require_whole_view(ports, facility, &subjects, head).await?;
        }
        Named::Reference(reference) => {
            let reference = LookupKey::Beneficiary(reference);
            let reference = ports.vault.pseudonym(facility, &reference).await?;
            let identity = StreamId::identity(facility, &reference);
            let identity = ports.dispatcher.load::<Identity>(&identity).await;
            let Identity { subject, released } = identity.map_err(TaskError::from)?;
            found.extend(subject.or(released));
        }
    }
    Ok(found)
}

/// Somebody who is or was here.
pub struct Whereabouts {
    /// Who, and by what they are known.
    pub whose: SubjectKeys,
    /// They were erased.
    pub is_erased: bool,
}

/// As [`find`]; whoever was the last to be known by this and is erased is found, too.
///
/// # Errors
///
/// As [`find`].
pub async fn whereabouts(
    ports: &Ports,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<Vec<Whereabouts>, ErasureError> {
    let mut found = vec![];
    for subject in meant(ports, facility, named).await? {
        let is_erased = ports.vault.is_erased(subject).await?;
        found.push(Whereabouts { whose: whose(ports, facility, subject).await?, is_erased });
    }
    Ok(found)
}

/// All that a data principal can be known by without a key, from the log.
pub(crate) async fn whose(
    ports: &Ports,
    facility: &FacilityId,
    subject: SubjectId,
) -> Result<SubjectKeys, TaskError> {
    let mut addresses = BTreeSet::new();
    for stored in ports.log.stream(&StreamId::patient(subject), 0).await? {
        let Event::Patient(PatientEvent::AbhaAttached { lookups, .. }) =
            codec::decode(&stored)?.event
        else {
            continue;
        };
        addresses.extend(lookups.address);
    }
    Ok(SubjectKeys {
        subject,
        facility: facility.clone(),
        addresses: addresses.into_iter().collect(),
    })
}

/// Pseudonyms of the facility's own ids that a data principal was registered under.
pub(crate) async fn references(
    ports: &Ports,
    subject: SubjectId,
) -> Result<BTreeSet<Pseudonym>, TaskError> {
    let mut references = BTreeSet::new();
    for stored in ports.log.stream(&StreamId::patient(subject), 0).await? {
        let Event::Patient(event) = codec::decode(&stored)?.event else { continue };
        match event {
            PatientEvent::Registered { lookups, .. }
            | PatientEvent::DemographicsChanged { lookups, .. } => {
                references.insert(lookups.reference);
            }
            PatientEvent::AbhaAttached { .. } | PatientEvent::AbhaDetached { .. } => {}
        }
    }
    Ok(references)
}

/// The data principal, unless they were erased: then nothing can be sealed for them any more.
pub(crate) async fn unless_erased(
    ports: &Ports,
    subject: Option<SubjectId>,
) -> Result<Option<SubjectId>, VaultError> {
    match subject {
        Some(subject) if ports.vault.is_erased(subject).await? => Ok(None),
        known => Ok(known),
    }
}
