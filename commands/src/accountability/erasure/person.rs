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
use crate::patients::lookup::Lookup;
use crate::port::eraser::Whose;
use crate::port::vault::VaultError;
use crate::provider::Provider;
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
    provider: &Provider,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<Vec<SubjectId>, ErasureError> {
    let mut here = vec![];
    for subject in meant(provider, facility, named).await? {
        if !provider.vault.is_erased(subject).await? {
            here.push(subject);
        }
    }
    Ok(here)
}

async fn meant(
    provider: &Provider,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<BTreeSet<SubjectId>, ErasureError> {
    let mut found = BTreeSet::new();
    match named {
        Named::AbhaAddress(address) => {
            // What was stored before the question can be found.
            let head = provider.log.head().await?;
            opt_out::require_whole_view(provider, facility, &[], head).await?;
            let address = Lookup::AbhaAddress(address);
            let address = provider.vault.pseudonym(facility, &address).await?;
            let candidates = provider.directory.by_abha_address(facility, &address).await?;
            found.extend(candidates.into_iter().map(|candidate| candidate.subject));
            // A record system may have asked for a token before there was a visit.
            let tokens = StreamId::link_token(facility, &address);
            let tokens = provider.dispatcher.load::<LinkToken>(&tokens).await;
            found.extend(tokens.map_err(TaskError::from)?.subject);
            let subjects: Vec<_> = found.iter().copied().collect();
            opt_out::require_whole_view(provider, facility, &subjects, head).await?;
        }
        Named::Reference(reference) => {
            let reference = Lookup::Beneficiary(reference);
            let reference = provider.vault.pseudonym(facility, &reference).await?;
            let identity = StreamId::identity(facility, &reference);
            let identity = provider.dispatcher.load::<Identity>(&identity).await;
            let Identity { subject, released } = identity.map_err(TaskError::from)?;
            found.extend(subject.or(released));
        }
    }
    Ok(found)
}

/// Somebody who is or was here.
pub struct Whereabouts {
    /// Who, and by what they are known.
    pub whose: Whose,
    /// They were erased.
    pub is_erased: bool,
}

/// As [`find`]; whoever was the last to be known by this and is erased is found, too.
///
/// # Errors
///
/// As [`find`].
pub async fn whereabouts(
    provider: &Provider,
    facility: &FacilityId,
    named: &Named<'_>,
) -> Result<Vec<Whereabouts>, ErasureError> {
    let mut found = vec![];
    for subject in meant(provider, facility, named).await? {
        let is_erased = provider.vault.is_erased(subject).await?;
        found.push(Whereabouts { whose: whose(provider, facility, subject).await?, is_erased });
    }
    Ok(found)
}

/// All that a data principal can be known by without a key, from the log.
pub(crate) async fn whose(
    provider: &Provider,
    facility: &FacilityId,
    subject: SubjectId,
) -> Result<Whose, TaskError> {
    let mut addresses = BTreeSet::new();
    for stored in provider.log.stream(&StreamId::patient(subject), 0).await? {
        let Event::Patient(PatientEvent::AbhaAttached { lookups, .. }) =
            codec::decode(&stored)?.event
        else {
            continue;
        };
        addresses.extend(lookups.address);
    }
    Ok(Whose { subject, facility: facility.clone(), addresses: addresses.into_iter().collect() })
}

/// Pseudonyms of the facility's own ids that a data principal was registered under.
pub(crate) async fn references(
    provider: &Provider,
    subject: SubjectId,
) -> Result<BTreeSet<Pseudonym>, TaskError> {
    let mut references = BTreeSet::new();
    for stored in provider.log.stream(&StreamId::patient(subject), 0).await? {
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
pub(crate) async fn living(
    provider: &Provider,
    subject: Option<SubjectId>,
) -> Result<Option<SubjectId>, VaultError> {
    match subject {
        Some(subject) if provider.vault.is_erased(subject).await? => Ok(None),
        known => Ok(known),
    }
}
