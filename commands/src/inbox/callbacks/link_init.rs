//! `POST /api/v3/hip/link/care-context/init`: a patient selected care contexts of a discovery.

use chrono::TimeDelta;
use hip_domain::discovery::{Discovery, DiscoveryEvent, DiscoveryOutcome, Offer};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ErrorCode, LinkReference, RequestId, TransactionId};
use hip_domain::inbound::DirectReply;
use hip_domain::sealed::Sealed;
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::user_link::{Chosen, UserLink, UserLinkCommand, UserLinkFacts};
use serde::Deserialize;

use super::wire::{Malformed, list, parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::linking::opt_out;
use crate::operations::abdm_error::OwnCode;
use crate::patients::lookup::{LookupKey, abha_address};
use crate::patients::patient_data::demographics;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LinkInit {
    #[serde(default, deserialize_with = "scalar")]
    transaction_id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    abha_address: Option<String>,
    #[serde(default, deserialize_with = "list")]
    patient: Vec<Patient>,
}

/// One element for each health information type. In the older API version one element for all, with the ABHA address
/// as `id`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patient {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    reference_number: Option<String>,
    #[serde(default, deserialize_with = "list")]
    care_contexts: Vec<WireCareContext>,
    #[serde(default, deserialize_with = "list")]
    hi_type: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCareContext {
    #[serde(default, deserialize_with = "scalar")]
    reference_number: Option<String>,
}

/// The result of a discovery can be used for 24 hours.
const OFFER_AGE_MAX: TimeDelta = TimeDelta::hours(24);

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let message: LinkInit = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let transaction = TransactionId::parse(message.transaction_id.clone().unwrap_or_default());
    let Ok(transaction) = transaction else {
        return Ok(Verdict::malformed(Malformed::new("transactionId", "a transaction id")));
    };
    let chosen = match choose(ports, incoming, &transaction, &message).await? {
        Ok(chosen) => chosen,
        Err(refusal) => return Ok(refusal.about(transaction)),
    };
    let (subject, chosen) = chosen;
    // Derived from the stored message, so that a repeated interpretation does not start a second link.
    let reference = LinkReference(RequestId::caused_by(incoming.stored_by, 0).0);
    let facts = UserLinkFacts {
        reference,
        transaction,
        request_id: incoming.received.request_id,
        facility: incoming.received.facility.clone(),
        subject,
        chosen,
    };
    let command = UserLinkCommand::Initiate { facts };
    let step = incoming.step("user-link").about(Some(subject));
    step.execute::<UserLink>(&ports.dispatcher, &StreamId::user_link(reference), command).await?;
    Ok(Verdict::about(Some(subject)))
}

/// Error code and reason of a refused selection.
struct Refusal(OwnCode, &'static str);

impl Refusal {
    fn about(self, transaction: TransactionId) -> Verdict {
        let Self(code, reason) = self;
        let code = ErrorCode::from(code);
        let owed = DirectReply::LinkOnInit { transaction, error: code.clone() };
        Verdict::Rejected { code, reason, owed: Some(owed) }
    }
}

const UNKNOWN: Refusal =
    Refusal(OwnCode::UnknownTransaction, "no discovery of this patient has this transactionId");
const OTHER_PATIENT: Refusal =
    Refusal(OwnCode::PatientNotOffered, "the patient reference was not offered");
const LEFT: Refusal =
    Refusal(OwnCode::PatientHasLeft, "the patient has left ABDM since the discovery");
const NOT_OFFERED: Refusal =
    Refusal(OwnCode::CareContextNotOffered, "a care context was not offered");

/// The selected care contexts, if all of them were offered to this patient recently.
async fn choose(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    transaction: &TransactionId,
    message: &LinkInit,
) -> Result<Result<(hip_domain::id::SubjectId, Vec<Chosen>), Refusal>, TaskError> {
    let stream = StreamId::discovery(transaction);
    let Discovery::Concluded { outcome: DiscoveryOutcome::Matched(offer), .. } =
        ports.dispatcher.load::<Discovery>(&stream).await?
    else {
        return Ok(Err(UNKNOWN));
    };
    if !is_theirs(ports, incoming, &stream, message).await? {
        return Ok(Err(UNKNOWN));
    }
    if opt_out::refuses(ports, incoming, offer.subject).await? {
        return Ok(Err(LEFT));
    }
    let person = demographics(ports, offer.subject).await?;
    let mut chosen: Vec<Chosen> = Vec::new();
    for patient in &message.patient {
        if patient.reference_number.as_ref() != Some(person.reference.reveal()) {
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
            let name = care_context_name(person.reference.reveal(), &reference);
            let facility = &incoming.received.facility;
            let pseudonym = ports.vault.pseudonym(facility, &LookupKey::CareContext(&name)).await?;
            let stream = StreamId::care_context(facility, &pseudonym);
            chosen.push(Chosen { stream, reference, hi_types: kinds });
        }
    }
    Ok(if chosen.is_empty() { Err(NOT_OFFERED) } else { Ok((offer.subject, chosen)) })
}

/// Whether the discovery was made by this facility and this patient, within the age limit.
async fn is_theirs(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    stream: &StreamId,
    message: &LinkInit,
) -> Result<bool, TaskError> {
    let requested = ports.newest(stream, |event| {
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

/// The care context and its selected types, if all of them were offered. If no type is named, all offered types are
/// selected.
fn offered(
    offer: &Offer,
    care_context: &WireCareContext,
    patient: &Patient,
) -> Option<(CareContextReference, Vec<HiType>)> {
    let (reference, kinds) = offer.care_contexts.iter().find(|(reference, _)| {
        Some(reference.as_str()) == care_context.reference_number.as_deref()
    })?;
    if patient.hi_type.is_empty() {
        return Some((reference.clone(), kinds.clone()));
    }
    let named = patient.hi_type.iter();
    let named: Option<Vec<_>> =
        named.map(|name| HiType::parse(name).filter(|kind| kinds.contains(kind))).collect();
    Some((reference.clone(), named?))
}
