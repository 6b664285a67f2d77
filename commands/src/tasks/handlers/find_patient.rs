//! Searches the patient of a discovery.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hip_domain::discovery::comparison::Considered;
use hip_domain::discovery::{
    Discovery, DiscoveryCommand, DiscoveryEvent, DiscoveryOutcome, DiscoveryQuery, MatchedBy, Offer,
};
use hip_domain::event::Event;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::patient::Demographics;
use hip_domain::recorded::Recorded;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;

use crate::linking::opt_out;
use crate::operations::abdm_error::OwnCode;
use crate::patients::lookup::{self, LookupKey};
use crate::patients::matching::{Choice, Verdict, choose, compare, judge};
use crate::patients::patient_data::demographics_of;
use crate::port::log::Actor;
use crate::port::patient_directory::{Candidate, FoundPatient, Offerable, Wanted};
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;

pub(super) async fn perform(
    ports: &Ports,
    due: &Due,
    discovery: &StreamId,
) -> Result<(), TaskError> {
    let requested = ports.newest(discovery, |event| {
        let Event::Discovery(DiscoveryEvent::Requested { facility, query, .. }) = event else {
            return None;
        };
        Some((facility, query))
    });
    let Some(Recorded { event: (facility, query), recorded_at: asked_at, .. }) = requested.await?
    else {
        return Err(TaskError::never("there is no such discovery"));
    };
    let query = match query {
        Sealed::Open(query) => query,
        Sealed::Erased => return nobody_was_found(ports, due, discovery).await,
        Sealed::Closed => return Err(TaskError::never("the query cannot be read")),
    };
    // Wait until the read models contain everything stored before the request. What is drafted does not wait.
    let position = due.cause.position;
    let is_caught_up = if due.is_drafted {
        ports.directory.has_reached(position).await
    } else {
        ports.directory.caught_up(position).await
    };
    if !is_caught_up {
        wait(ports, asked_at, "the read models are behind the question")?;
    }
    let found = find(ports, &facility, &query).await?;
    let outcome = conclude(ports, found.matches, asked_at).await?;
    let mut step = due.step(Actor::Process);
    if let DiscoveryOutcome::Matched(offer) = &outcome {
        if let Some(message) = due.cause.subject {
            ports.vault.attach_key(message, offer.subject).await?;
        }
        step = step.about(Some(offer.subject));
    }
    let command = DiscoveryCommand::Conclude { outcome, considered: found.considered };
    step.execute::<Discovery>(&ports.dispatcher, discovery, command).await?;
    Ok(())
}

/// Concludes a discovery whose patient was erased before the search.
async fn nobody_was_found(ports: &Ports, due: &Due, discovery: &StreamId) -> Result<(), TaskError> {
    let outcome = DiscoveryOutcome::NotMatched { code: OwnCode::NobodyFound.into(), candidates: 0 };
    let command = DiscoveryCommand::Conclude { outcome, considered: vec![] };
    due.step(Actor::Process).execute::<Discovery>(&ports.dispatcher, discovery, command).await?;
    Ok(())
}

/// Retries soon, unless the patient has already waited too long. Then the available data is used.
fn wait(ports: &Ports, asked_at: DateTime<Utc>, reason: &str) -> Result<(), TaskError> {
    const WAIT_MAX: TimeDelta = TimeDelta::seconds(10);
    const LOOK_AGAIN: Duration = Duration::from_millis(250);
    if ports.clock.now() < asked_at + WAIT_MAX {
        return Err(TaskError::Later { after: Some(LOOK_AGAIN), reason: reason.to_owned() });
    }
    Ok(())
}

/// The matching patients and all considered candidates.
#[derive(Default)]
struct Found {
    matches: Vec<Match>,
    considered: Vec<Considered>,
}

struct Match {
    subject: SubjectId,
    /// Pseudonym of the facility's own id of the patient.
    reference: Pseudonym,
    matched_by: Vec<MatchedBy>,
}

/// Searches by the verified ABHA address and number, and by the verified mobile numbers if those lead to nobody. If
/// address and number lead to two patients, both are returned.
async fn find(
    ports: &Ports,
    facility: &FacilityId,
    query: &DiscoveryQuery,
) -> Result<Found, TaskError> {
    let address = LookupKey::AbhaAddress(query.abha_address.reveal());
    let address = ports.vault.pseudonym(facility, &address).await?;
    let numbers = ["ABHA_NUMBER", "NDHM_HEALTH_NUMBER"];
    let number = query.verified.iter().find(|(kind, _)| numbers.contains(&kind.as_str()));
    let number = match number {
        Some((_, value)) => {
            let number = LookupKey::AbhaNumber(value.reveal());
            Some(ports.vault.pseudonym(facility, &number).await?)
        }
        None => None,
    };
    let mut mobiles = Vec::new();
    for (kind, value) in &query.verified {
        if kind.eq_ignore_ascii_case("MOBILE") && lookup::mobile(value.reveal()).is_some() {
            let mobile = LookupKey::Mobile(value.reveal());
            mobiles.push(ports.vault.pseudonym(facility, &mobile).await?);
        }
    }
    let wanted = Wanted { address: Some(&address), number: number.as_ref(), mobiles: &mobiles };
    let found = ports.directory.search(facility, &wanted).await?;
    let (by_abha, by_mobile): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|found| found.by_address || found.by_number);
    if by_abha.is_empty() {
        return judged(ports, facility, query, by_mobile).await;
    }
    let mut matches: Vec<_> = by_abha.into_iter().map(Match::by_abha).collect();
    if matches.len() > 1 {
        note_record_numbers(ports, facility, query, &mut matches).await?;
    }
    Ok(Found { matches, considered: vec![] })
}

/// Compares the demographics of patients with the mobile number.
async fn judged(
    ports: &Ports,
    facility: &FacilityId,
    query: &DiscoveryQuery,
    candidates: Vec<FoundPatient>,
) -> Result<Found, TaskError> {
    let mut found = Found::default();
    for FoundPatient { candidate, .. } in candidates {
        let Some(demographics) = demographics(ports, &candidate).await? else {
            continue;
        };
        let subject = candidate.subject;
        let comparison = compare(query, &demographics);
        let verdict = judge(&comparison, ports.settings.thresholds(facility));
        let recognised = matches!(verdict, Verdict::Recognised { .. });
        found.considered.push(Considered { subject, comparison, recognised });
        if let Verdict::Recognised { matched_by } = verdict {
            found.matches.push(Match { subject, reference: candidate.reference, matched_by });
        }
    }
    Ok(found)
}

impl Match {
    fn by_abha(found: FoundPatient) -> Self {
        let FoundPatient { candidate: Candidate { subject, reference, .. }, by_address, by_number } =
            found;
        let ways = [(by_address, MatchedBy::AbhaAddress), (by_number, MatchedBy::AbhaNumber)];
        let matched_by = ways.into_iter().filter(|(is, _)| *is).map(|(_, by)| by).collect();
        Self { subject, reference, matched_by }
    }
}

/// Adds the record number to the matching identifiers. A patient may be registered twice under one ABHA; the record
/// number shows which registration is meant.
async fn note_record_numbers(
    ports: &Ports,
    facility: &FacilityId,
    query: &DiscoveryQuery,
    matches: &mut [Match],
) -> Result<(), TaskError> {
    let numbers = query.unverified.iter().chain(&query.verified);
    for (_, number) in numbers.filter(|(kind, _)| kind == "MR") {
        let number = LookupKey::Beneficiary(number.reveal().trim());
        let number = ports.vault.pseudonym(facility, &number).await?;
        let named = matches.iter_mut().filter(|one| one.reference == number);
        for one in named.filter(|one| !one.matched_by.contains(&MatchedBy::Mr)) {
            one.matched_by.push(MatchedBy::Mr);
        }
    }
    Ok(())
}

/// The demographics of a candidate; `None` if the patient was erased.
async fn demographics(
    ports: &Ports,
    candidate: &Candidate,
) -> Result<Option<Demographics>, TaskError> {
    let stream = ports.log.clear_stream(&StreamId::patient(candidate.subject), 0).await?;
    let stored = stream.iter().find(|event| event.position == candidate.demographics_at);
    let Some(stored) = stored else { return Ok(None) };
    let recorded = ports.open(stored).await?;
    Ok(match demographics_of(recorded.event) {
        Some(Sealed::Open(demographics)) => Some(demographics),
        Some(Sealed::Closed | Sealed::Erased) | None => None,
    })
}

/// A match if exactly one patient has something to offer; otherwise no match.
///
/// Waits a few seconds if documents of the patient are still being built, so that a discovery right after a visit
/// includes them.
async fn conclude(
    ports: &Ports,
    matches: Vec<Match>,
    asked_at: DateTime<Utc>,
) -> Result<DiscoveryOutcome, TaskError> {
    let nobody = |candidates| {
        let candidates = u32::try_from(candidates).unwrap_or(u32::MAX);
        DiscoveryOutcome::NotMatched { code: OwnCode::NobodyFound.into(), candidates }
    };
    let found = match choose(matches, |found| &found.matched_by) {
        Choice::One(found) => found,
        Choice::Nobody => return Ok(nobody(0)),
        Choice::Several(candidates) => return Ok(nobody(candidates)),
    };
    // The read model may be outdated or have quarantined an event about the patient.
    if opt_out::has_left(ports, found.subject).await? {
        return Ok(nobody(0));
    }
    let Offerable { is_building, unlinked } = ports.offer(found.subject).await?;
    if is_building {
        wait(ports, asked_at, "documents of the patient are being built")?;
    }
    if unlinked.is_empty() {
        let code = OwnCode::SeveralFound.into();
        return Ok(DiscoveryOutcome::NotMatched { code, candidates: 1 });
    }
    Ok(DiscoveryOutcome::Matched(Offer {
        subject: found.subject,
        matched_by: found.matched_by,
        care_contexts: unlinked.into_iter().map(|c| (c.reference, c.hi_types)).collect(),
    }))
}
