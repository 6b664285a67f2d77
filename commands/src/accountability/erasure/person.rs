//! Finds the patient of an erasure and the identifiers that the log has of them.

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

/// The identifier that names a patient.
pub enum Named<'a> {
    /// The ABHA address, as typed. It no longer finds a patient who opted out of ABDM.
    AbhaAddress(&'a str),
    /// The facility's own id of the patient.
    Reference(&'a str),
}

/// The subjects of a facility that the identifier matches. A patient who was registered twice has two. Erased
/// patients are not included.
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
            // Wait until the read model contains everything stored before this request.
            let head = ports.log.head().await?;
            opt_out::require_whole_view(ports, facility, &[], head).await?;
            let address = LookupKey::AbhaAddress(address);
            let address = ports.vault.pseudonym(facility, &address).await?;
            let candidates = ports.directory.by_abha_address(facility, &address).await?;
            found.extend(candidates.into_iter().map(|candidate| candidate.subject));
            // A record system may have requested a link token before there was a visit.
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

/// A patient of the facility, erased or not.
pub struct Whereabouts {
    /// The subject and the known pseudonyms of the patient.
    pub whose: SubjectKeys,
    /// Whether the patient was erased.
    pub is_erased: bool,
}

/// Like [`find`], but also returns an erased patient if they were the last one with this identifier.
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

/// The subject with all pseudonyms by which the patient can be found without a key, from the log.
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

/// Pseudonyms of the facility's own ids under which a patient was registered.
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

/// The subject; `None` if it was erased, because then nothing can be encrypted for it.
pub(crate) async fn unless_erased(
    ports: &Ports,
    subject: Option<SubjectId>,
) -> Result<Option<SubjectId>, VaultError> {
    match subject {
        Some(subject) if ports.vault.is_erased(subject).await? => Ok(None),
        known => Ok(known),
    }
}
