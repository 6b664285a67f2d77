//! `POST /api/v3/hip/link/care-context/init`: a patient has chosen care contexts of a discovery.

use chrono::TimeDelta;
use hip_domain::discovery::{Discovery, DiscoveryEvent, Offer, Outcome};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ErrorCode, LinkReference, RequestId, TransactionId};
use hip_domain::inbound::Owed;
use hip_domain::sealed::Sealed;
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::user_link::{Chosen, UserLink, UserLinkCommand, UserLinkFacts};
use serde::Deserialize;

use super::wire::{Malformed, OneOrMany, parse};
use super::{Incoming, Verdict};
use crate::lookup::{Lookup, abha_address};
use crate::opt_out::{self, HAS_LEFT};
use crate::person::demographics;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkInit {
    transaction_id: String,
    abha_address: Option<String>,
    patient: OneOrMany<Patient>,
}

/// One element for each kind; in the older dialect one for all, with the ABHA address as its id.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    id: Option<String>,
    reference_number: String,
    care_contexts: Vec<WireCareContext>,
    hi_type: Option<OneOrMany<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCareContext {
    reference_number: String,
}

/// An offer is good for a day: nobody looks at a list of records longer than that.
const OFFER_AGE_MAX: TimeDelta = TimeDelta::hours(24);

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: LinkInit = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Ok(transaction) = TransactionId::parse(message.transaction_id.clone()) else {
        return Ok(Verdict::Malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let chosen = match choose(provider, incoming, &transaction, &message).await? {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(refusal.about(transaction)),
    };
    let (subject, chosen) = chosen;
    // The same message, interpreted twice, begins one link.
    let reference = LinkReference(RequestId::caused_by(incoming.stored_by, 0).0);
    let facts = UserLinkFacts {
        reference,
        transaction,
        request_id: incoming.received.request_id,
        facility: incoming.received.facility.clone(),
        subject,
        chosen,
    };
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = Some(subject);
    let stream = StreamId::user_link(reference);
    let command = UserLinkCommand::Initiate { facts };
    let key = incoming.key("user-link");
    provider.dispatcher.execute::<UserLink>(&stream, command, &key, &origin).await?;
    Ok(Verdict::about(Some(subject)))
}

/// Why a choice is refused.
struct Refusal(&'static str, &'static str);

impl Refusal {
    fn about(self, transaction: TransactionId) -> Verdict {
        let Self(code, reason) = self;
        let code = ErrorCode::ours(code);
        let owed = Owed::LinkOnInit { transaction, error: code.clone() };
        Verdict::Rejected { code, reason, owed: Some(owed) }
    }
}

const UNKNOWN: Refusal =
    Refusal("ABDM-1017", "no discovery of this patient has this transactionId");
const OTHER_PATIENT: Refusal = Refusal("ABDM-1060", "the patient reference was not offered");
const LEFT: Refusal = Refusal(HAS_LEFT, "the patient has left ABDM since the discovery");
const NOT_OFFERED: Refusal = Refusal("ABDM-1057", "a care context was not offered");

/// What was chosen, when all of it was offered to this patient a while ago.
async fn choose(
    provider: &Provider,
    incoming: &Incoming<'_>,
    transaction: &TransactionId,
    message: &LinkInit,
) -> Result<Result<(hip_domain::id::SubjectId, Vec<Chosen>), Refusal>, TaskError> {
    let stream = StreamId::discovery(transaction);
    let Discovery::Concluded { outcome: Outcome::Matched(offer), .. } =
        provider.dispatcher.load::<Discovery>(&stream).await?
    else {
        return Ok(Err(UNKNOWN));
    };
    if !is_theirs(provider, incoming, &stream, message).await? {
        return Ok(Err(UNKNOWN));
    }
    if opt_out::has_left(provider, offer.subject).await? {
        return Ok(Err(LEFT));
    }
    let person = demographics(provider, offer.subject).await?;
    let mut chosen: Vec<Chosen> = Vec::new();
    for patient in message.patient.iter() {
        if patient.reference_number != *person.reference.reveal() {
            return Ok(Err(OTHER_PATIENT));
        }
        for care_context in &patient.care_contexts {
            let Some((reference, kinds)) = offered(&offer, care_context, patient) else {
                return Ok(Err(NOT_OFFERED));
            };
            if let Some(known) = chosen.iter_mut().find(|chosen| chosen.reference == reference) {
                known.hi_types.extend(kinds);
                continue;
            }
            let name = care_context_name(&patient.reference_number, &reference);
            let facility = &incoming.received.facility;
            let pseudonym = provider.vault.pseudonym(facility, &Lookup::CareContext(&name)).await?;
            let stream = StreamId::care_context(facility, &pseudonym);
            chosen.push(Chosen { stream, reference, hi_types: kinds });
        }
    }
    Ok(if chosen.is_empty() { Err(NOT_OFFERED) } else { Ok((offer.subject, chosen)) })
}

/// Whether the discovery was this facility's and this patient's, and not long ago.
async fn is_theirs(
    provider: &Provider,
    incoming: &Incoming<'_>,
    stream: &StreamId,
    message: &LinkInit,
) -> Result<bool, TaskError> {
    let requested = provider.newest(stream, |event| {
        let Event::Discovery(DiscoveryEvent::Requested { facility, query, .. }) = event else {
            return None;
        };
        Some((facility, query))
    });
    let Some(requested) = requested.await? else { return Ok(false) };
    let (facility, Sealed::Open(query)) = requested.event else { return Ok(false) };
    let named = message
        .abha_address
        .as_deref()
        .or_else(|| message.patient.iter().find_map(|patient| patient.id.as_deref()));
    let theirs =
        named.is_some_and(|named| abha_address(named) == abha_address(query.abha_address.reveal()));
    let fresh = incoming.recorded_at < requested.recorded_at + OFFER_AGE_MAX;
    Ok(theirs && fresh && facility == incoming.received.facility)
}

/// The care context and its chosen kinds, if it was offered with all of them. Who names no kind
/// means all of them.
fn offered(
    offer: &Offer,
    care_context: &WireCareContext,
    patient: &Patient,
) -> Option<(CareContextReference, Vec<HiType>)> {
    let (reference, kinds) = offer
        .care_contexts
        .iter()
        .find(|(reference, _)| reference.as_str() == care_context.reference_number)?;
    let Some(named) = &patient.hi_type else {
        return Some((reference.clone(), kinds.clone()));
    };
    let named: Option<Vec<_>> =
        named.iter().map(|name| HiType::parse(name).filter(|kind| kinds.contains(kind))).collect();
    Some((reference.clone(), named?))
}
