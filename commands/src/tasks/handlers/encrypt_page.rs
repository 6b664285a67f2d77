//! Encrypts pages: builds the document again, encrypts it once and appends the ciphertext to the log.

use abdm_fhir::Document;
use abdm_fidelius::SealOnce;
use chrono::{DateTime, Utc};
use hip_domain::care_context::CareContext;
use hip_domain::consent::{Consent, Grant};
use hip_domain::event::Event;
use hip_domain::id::{Digest, SubjectId, TransactionId};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{
    PageSeal, PlannedPage, Recipient, StopReason, Transfer, TransferCommand, TransferEvent,
    TransferFacts,
};
use serde_json::json;

use crate::port::log::Actor;
use crate::ports::Ports;
use crate::sharing::consent_check;
use crate::sharing::hiu_key;
use crate::tasks::Due;
use crate::tasks::TaskError;
use crate::visits::visit_revision::VisitRevision;

/// Encrypts the pages whose turn it is.
pub(super) async fn perform(
    ports: &Ports,
    due: &Due,
    transaction: &TransactionId,
) -> Result<(), TaskError> {
    let stream = StreamId::transfer(transaction);
    let state = ports.dispatcher.load::<Transfer>(&stream).await?;
    let Transfer::Sending { facts, progress, .. } = state else { return Ok(()) };
    // One look at the consent for all of them: it is checked again before each of them is sent.
    let consent = StreamId::consent(&facts.consent_id);
    let consent = ports.dispatcher.load::<Consent>(&consent).await?;
    for _ in 0..progress.room() {
        let state = ports.dispatcher.load::<Transfer>(&stream).await?;
        let Transfer::Sending { facts, pages, progress, .. } = state else { break };
        let number = progress.next();
        let wanted = number.and_then(|number| pages.get(usize::try_from(number).ok()?));
        let (Some(number), Some(wanted)) = (number, wanted) else { break };
        let planned = Planned { transaction, number, wanted, page_count: pages.len() };
        let command = planned.begin(ports, &stream, &facts, &consent).await?;
        let step = due.step(Actor::Process).part(format!("page:{number}"));
        step.execute::<Transfer>(&ports.dispatcher, &stream, command).await?;
    }
    Ok(())
}

/// A page of a transfer.
struct Planned<'a> {
    transaction: &'a TransactionId,
    /// From 0.
    number: u32,
    wanted: &'a PlannedPage,
    page_count: usize,
}

impl Planned<'_> {
    /// The page encrypted, or why it is not sent.
    async fn begin(
        &self,
        ports: &Ports,
        stream: &StreamId,
        facts: &TransferFacts,
        consent: &Consent,
    ) -> Result<TransferCommand, TaskError> {
        let page = self.number;
        let now = ports.clock.now();
        if is_late(ports, facts, now) {
            return Ok(TransferCommand::Stop { page, stop: StopReason::Late });
        }
        let grant = match consent_check::in_force(ports, consent, &facts.facility, now).await? {
            Ok(grant) => grant,
            Err(why) => {
                return Ok(TransferCommand::Stop { page, stop: StopReason::Consent(why) });
            }
        };
        let habits = ports.settings.hiu(grant.hiu.as_ref());
        let place = Place {
            grant,
            transaction: self.transaction,
            number: habits.first_page_number + page,
            page_count: self.page_count,
        };
        Ok(match seal(ports, stream, self.wanted, &place, now).await? {
            Ok((seal, body)) => TransferCommand::Encrypt { page, seal, body },
            Err(StopReason::Document) => {
                let reason = StopReason::Document.as_words().to_owned();
                TransferCommand::Skip { page, reason }
            }
            Err(stop) => TransferCommand::Stop { page, stop },
        })
    }
}

/// What a page says of its transfer.
struct Place<'a> {
    /// The terms of the consent.
    grant: &'a Grant,
    transaction: &'a TransactionId,
    /// Page number as this HIU counts.
    number: u32,
    page_count: usize,
}

/// Whether the time limit of a transfer has passed.
pub(super) fn is_late(ports: &Ports, facts: &TransferFacts, now: DateTime<Utc>) -> bool {
    facts.asked_at.is_some_and(|asked_at| asked_at + ports.settings.transfer_time < now)
}

async fn seal(
    ports: &Ports,
    stream: &StreamId,
    wanted: &PlannedPage,
    place: &Place<'_>,
    now: DateTime<Utc>,
) -> Result<Result<(PageSeal, Phi<String>), StopReason>, TaskError> {
    let Some(document) = document(ports, place.grant, wanted).await? else {
        return Ok(Err(StopReason::Document));
    };
    let recipient = recipient(ports, stream).await?;
    // The key may have expired since the request was accepted.
    let Ok(peer) = hiu_key::check(&recipient.key, now) else {
        return Ok(Err(StopReason::Key));
    };
    let Ok(session) = SealOnce::new(&peer) else {
        return Ok(Err(StopReason::Key));
    };
    let sealed = session.seal(document.as_bytes());
    let record = PageSeal {
        dialect: peer.key_format().as_str().to_owned(),
        our_key: Digest::of(sealed.key_material.public_key_bytes()),
        hiu_key: Digest::of(peer.key_bytes()),
        ciphertext: Digest::of(&sealed.ciphertext),
        plain_bytes: document.len() as u64,
    };
    let body = json!({
        "pageNumber": place.number,
        "pageCount": place.page_count,
        "transactionId": place.transaction.as_str(),
        "entries": [{
            "content": sealed.content(),
            "media": "application/fhir+json",
            "checksum": sealed.checksum,
            "careContextReference": wanted.care_context.as_str(),
        }],
        "keyMaterial": sealed.key_material.to_json(now + chrono::TimeDelta::hours(24)),
    });
    Ok(Ok((record, Phi::new(body.to_string()))))
}

/// The document of a page, built from the newest revision of its visit; `None` if the visit was amended to belong to
/// another patient.
async fn document(
    ports: &Ports,
    grant: &Grant,
    wanted: &PlannedPage,
) -> Result<Option<String>, TaskError> {
    let source = VisitRevision::newest(ports, &wanted.visit).await?;
    if subject(ports, grant, wanted).await? != Some(source.facts.subject) {
        return Ok(None);
    }
    let mut documents = source.documents_of(wanted.hi_type, &ports.settings.bundle);
    documents.retain(Document::is_fit);
    let same = documents.iter().position(|document| document.id == wanted.document_id);
    // With a different code table the documents of a revision have other ids in the same order. An amendment also
    // changes the ids; then the newest document of the type is used, if there is only one.
    let known: Vec<_> = source.built_of(wanted.hi_type).map(|built| built.document_id).collect();
    let place = known.iter().position(|id| *id == wanted.document_id);
    let place = place.filter(|_| known.len() == documents.len());
    let only = (documents.len() == 1).then_some(0);
    let document = same.or(place).or(only).and_then(|n| documents.into_iter().nth(n));
    Ok(document.map(|document| document.json))
}

/// The patient of a page's care context.
async fn subject(
    ports: &Ports,
    grant: &Grant,
    wanted: &PlannedPage,
) -> Result<Option<SubjectId>, TaskError> {
    let mut granted = grant.care_contexts.iter();
    let Some(granted) = granted.find(|granted| granted.reference == wanted.care_context) else {
        return Ok(None);
    };
    let state = ports.dispatcher.load::<CareContext>(&granted.stream).await?;
    Ok(state.facts.map(|facts| facts.subject))
}

/// The recipient of a transfer.
pub(crate) async fn recipient(ports: &Ports, stream: &StreamId) -> Result<Recipient, TaskError> {
    let requested = ports.newest(stream, |event| {
        let Event::Transfer(TransferEvent::Requested { recipient, .. }) = event else {
            return None;
        };
        Some(recipient)
    });
    match requested.await?.map(|recorded| recorded.event) {
        Some(Sealed::Open(recipient)) => Ok(recipient),
        Some(Sealed::Closed | Sealed::Erased) | None => {
            Err(TaskError::never("the recipient of the transfer cannot be read any more"))
        }
    }
}
