//! The patient of a discovery is looked for.

use hip_domain::discovery::{
    Discovery, DiscoveryCommand, DiscoveryEvent, DiscoveryQuery, MatchedBy, Offer, Outcome,
};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, SubjectId};
use hip_domain::patient::Demographics;
use hip_domain::recorded::Recorded;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;

use super::person::demographics_of;
use crate::lookup::{self, Lookup};
use crate::matching::{Thresholds, Verdict, compare, judge};
use crate::port::log::Actor;
use crate::port::patient_directory::Candidate;
use crate::provider::Provider;
use crate::task::Due;
use crate::task::TaskError;

pub(super) async fn perform(
    provider: &Provider,
    due: &Due,
    discovery: &StreamId,
) -> Result<(), TaskError> {
    let requested = provider.newest(discovery, |event| {
        let Event::Discovery(DiscoveryEvent::Requested { facility, query, .. }) = event else {
            return None;
        };
        Some((facility, query))
    });
    let Some(Recorded { event: (facility, query), .. }) = requested.await? else {
        return Err(TaskError::never("there is no such discovery"));
    };
    let Sealed::Open(query) = query else {
        return Err(TaskError::never("the data principal was erased"));
    };
    // What was stored before the patient asked can be found.
    provider.directory.caught_up(due.cause.position).await;
    let matches = find(provider, &facility, &query).await?;
    let outcome = conclude(provider, matches).await?;
    let origin = due.cause.origin(Actor::Process);
    if let (Outcome::Matched(offer), Some(message)) = (&outcome, due.cause.subject) {
        provider.vault.tie(message, offer.subject).await?;
    }
    let command = DiscoveryCommand::Conclude { outcome };
    provider.dispatcher.execute::<Discovery>(discovery, command, &due.key(), &origin).await?;
    Ok(())
}

struct Match {
    subject: SubjectId,
    matched_by: Vec<MatchedBy>,
}

impl Match {
    fn new(subject: SubjectId, by: MatchedBy) -> Self {
        Self { subject, matched_by: vec![by] }
    }
}

async fn find(
    provider: &Provider,
    facility: &FacilityId,
    query: &DiscoveryQuery,
) -> Result<Vec<Match>, TaskError> {
    let by_abha = by_abha(provider, facility, query).await?;
    if !by_abha.is_empty() {
        return Ok(by_abha);
    }
    let mut mobiles = Vec::new();
    for (kind, value) in &query.verified {
        if kind == "MOBILE" && lookup::mobile(value.reveal()).is_some() {
            let mobile = Lookup::Mobile(value.reveal());
            mobiles.push(provider.vault.pseudonym(facility, &mobile).await?);
        }
    }
    let mut matches = Vec::new();
    if mobiles.is_empty() {
        return Ok(matches);
    }
    let tolerance = provider.settings.year_of_birth_tolerance;
    let year_tolerance = u16::try_from(tolerance).unwrap_or_default();
    let thresholds = Thresholds { year_tolerance, ..Thresholds::default() };
    for candidate in provider.directory.by_mobile(facility, &mobiles).await? {
        let Some(demographics) = demographics(provider, &candidate).await? else {
            continue;
        };
        let verdict = judge(&compare(query, &demographics), &thresholds);
        if let Verdict::Recognised { matched_by } = verdict {
            matches.push(Match { subject: candidate.subject, matched_by });
        }
    }
    Ok(matches)
}

/// The ABHA address that the consent manager vouches for, and a verified ABHA number. When they lead
/// to two people, both come into question, and so neither is it.
async fn by_abha(
    provider: &Provider,
    facility: &FacilityId,
    query: &DiscoveryQuery,
) -> Result<Vec<Match>, TaskError> {
    let address = Lookup::AbhaAddress(query.abha_address.reveal());
    let address = provider.vault.pseudonym(facility, &address).await?;
    let numbers = ["ABHA_NUMBER", "NDHM_HEALTH_NUMBER"];
    let number = query.verified.iter().find(|(kind, _)| numbers.contains(&kind.as_str()));
    let number = match number {
        Some((_, value)) => {
            let number = Lookup::AbhaNumber(value.reveal());
            Some(provider.vault.pseudonym(facility, &number).await?)
        }
        None => None,
    };
    let mut matches: Vec<Match> = Vec::new();
    for candidate in provider.directory.by_abha_address(facility, &address).await? {
        matches.push(Match::new(candidate.subject, MatchedBy::AbhaAddress));
    }
    if let Some(number) = number {
        for candidate in provider.directory.by_abha_number(facility, &number).await? {
            match matches.iter_mut().find(|known| known.subject == candidate.subject) {
                Some(known) => known.matched_by.push(MatchedBy::AbhaNumber),
                None => matches.push(Match::new(candidate.subject, MatchedBy::AbhaNumber)),
            }
        }
    }
    Ok(matches)
}

/// Who a candidate is; nothing, when they were erased.
async fn demographics(
    provider: &Provider,
    candidate: &Candidate,
) -> Result<Option<Demographics>, TaskError> {
    let Some(recorded) = provider.at(candidate.demographics_at).await? else {
        return Ok(None);
    };
    Ok(match demographics_of(recorded.event) {
        Some(Sealed::Open(demographics)) => Some(demographics),
        Some(Sealed::Closed | Sealed::Erased) | None => None,
    })
}

/// One patient with something to offer; anything else is no match.
async fn conclude(provider: &Provider, mut matches: Vec<Match>) -> Result<Outcome, TaskError> {
    let candidates = u32::try_from(matches.len()).unwrap_or(u32::MAX);
    let (Some(found), 1) = (matches.pop(), candidates) else {
        return Ok(Outcome::NotMatched { code: ErrorCode::ours("ABDM-1010"), candidates });
    };
    let unlinked = provider.directory.unlinked(found.subject).await?;
    if unlinked.is_empty() {
        return Ok(Outcome::NotMatched { code: ErrorCode::ours("ABDM-1012"), candidates });
    }
    Ok(Outcome::Matched(Offer {
        subject: found.subject,
        matched_by: found.matched_by,
        care_contexts: unlinked.into_iter().map(|c| (c.reference, c.hi_types)).collect(),
    }))
}
