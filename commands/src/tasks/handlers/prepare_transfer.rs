//! Selects what a transfer will send: one page for each document that the consent covers.

use std::collections::HashSet;

use hip_domain::care_context::CareContext;
use hip_domain::consent::{Consent, DateRange, Grant, GrantedCareContext};
use hip_domain::event::Event;
use hip_domain::id::{SubjectId, TransactionId};
use hip_domain::patient::Patient;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{MissingPage, PlannedPage, Transfer, TransferCommand};
use hip_domain::visit::{BuiltDocument, Visit, VisitEvent};

use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;

pub(super) async fn perform(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
) -> Result<(), TaskError> {
    let stream = StreamId::transfer(transaction);
    let state = ports.dispatcher.load::<Transfer>(&stream).await?;
    let Transfer::Accepted { facts } = state else {
        return Ok(());
    };
    let consent_stream = StreamId::consent(&facts.consent_id);
    let consent = ports.dispatcher.load::<Consent>(&consent_stream).await?;
    let (mut pages, mut missing) = (Vec::new(), Vec::new());
    if let (Some(grant), Some(range)) = (consent.grant(), facts.date_range) {
        // Older versions stored consents that may name a care context several times.
        let mut seen = HashSet::new();
        let once = grant.care_contexts.iter().filter(|granted| seen.insert(&granted.stream));
        for care_context in once {
            match pages_of(ports, grant, range, care_context).await? {
                Ok(found) => pages.extend(found),
                Err(reason) => missing.push(MissingPage {
                    care_context: care_context.reference.clone(),
                    reason: reason.to_owned(),
                }),
            }
        }
    }
    let at_once = ports.settings.pages_at_once;
    let command = TransferCommand::Prepare { pages, missing, at_once };
    due.step(Actor::Process).execute::<Transfer>(&ports.dispatcher, &stream, command).await?;
    Ok(())
}

/// The pages of one care context, or why there is none. The reason is sent to the gateway with the care context, so
/// it must not reveal more than that there is nothing.
async fn pages_of(
    ports: &Ports,
    grant: &Grant,
    range: DateRange,
    care_context: &GrantedCareContext,
) -> Result<Result<Vec<PlannedPage>, &'static str>, TaskError> {
    let state = ports.dispatcher.load::<CareContext>(&care_context.stream).await?;
    let Some(facts) = state.facts else {
        return Ok(Err("care context not found"));
    };
    if ports.vault.is_erased(facts.subject).await? {
        return Ok(Err("care context not found"));
    }
    if facts.facility != grant.facility || !range.contains(facts.visited_at) {
        return Ok(Err("no records in the requested period"));
    }
    let visit = ports.dispatcher.load::<Visit>(&facts.visit).await?;
    // The visit may have been linked before it was pushed, or amended to belong to another patient.
    let is_of_subject = visit.facts.is_none_or(|visit| visit.subject == facts.subject);
    if !is_of_subject || !is_of_patient(ports, grant, facts.subject).await? {
        return Ok(Err("care context not found"));
    }
    let pages: Vec<_> = built(ports, &facts.visit)
        .await?
        .into_iter()
        .filter(|document| grant.hi_types.contains(&document.hi_type))
        .map(|document| PlannedPage {
            care_context: care_context.reference.clone(),
            visit: facts.visit.clone(),
            hi_type: document.hi_type,
            document_id: document.document_id,
            digest: document.digest,
        })
        .collect();
    Ok(if pages.is_empty() { Err("no records of the requested types") } else { Ok(pages) })
}

/// Whether the consent and the care context belong to the same patient, as far as both are known.
async fn is_of_patient(
    ports: &Ports,
    grant: &Grant,
    subject: SubjectId,
) -> Result<bool, TaskError> {
    let patient = ports.dispatcher.load::<Patient>(&StreamId::patient(subject)).await?;
    if patient.has_left() {
        return Ok(false);
    }
    Ok(match (&grant.patient, patient.abha_address()) {
        (Some(granted), Some(ours)) => granted == ours,
        (None, _) | (_, None) => true,
    })
}

/// The documents of a visit that passed validation.
async fn built(ports: &Ports, visit: &StreamId) -> Result<Vec<BuiltDocument>, TaskError> {
    let newest = ports.newest(visit, |event| {
        let Event::Visit(VisitEvent::BundlesBuilt { built, .. }) = event else {
            return None;
        };
        Some(built)
    });
    Ok(newest.await?.map(|recorded| recorded.event).unwrap_or_default())
}
