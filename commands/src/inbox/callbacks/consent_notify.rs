//! `POST /api/v3/consent/request/hip/notify`: a consent was granted, revoked, expired or denied.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use hip_domain::consent::{
    Consent, ConsentCommand, DateRange, End, Grant, GrantedCareContext, Signature, SignatureState,
};
use hip_domain::hi_type::HiType;
use hip_domain::id::{
    CareContextReference, ConsentId, ErrorCode, FacilityId, HiuId, Pseudonym, SubjectId,
};
use hip_domain::inbound::DirectReply;
use hip_domain::sensitive::Phi;
use hip_domain::stream::{StreamId, care_context_name};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Malformed, WireRange, end_instant, list, parse, scalar};
use super::{CallbackMessage, Verdict};
use crate::accountability::erasure::unless_erased;
use crate::linking::opt_out;
use crate::operations::abdm_error::OwnCode;
use crate::patients::lookup::LookupKey;
use crate::patients::patient_data::subject_of;
use crate::ports::Ports;
use crate::tasks::TaskError;

#[derive(Deserialize)]
struct ConsentNotify {
    notification: Notification,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    #[serde(default, deserialize_with = "scalar")]
    status: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    consent_id: Option<String>,
    consent_detail: Option<Box<RawValue>>,
    #[serde(default, deserialize_with = "scalar")]
    signature: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artefact {
    patient: Option<Party>,
    #[serde(default, deserialize_with = "list")]
    care_contexts: Vec<WireCareContext>,
    hip: Option<Party>,
    hiu: Option<Party>,
    #[serde(default, deserialize_with = "list")]
    hi_types: Vec<String>,
    permission: Permission,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCareContext {
    #[serde(default, deserialize_with = "scalar")]
    patient_reference: Option<String>,
    #[serde(default, deserialize_with = "scalar")]
    care_context_reference: Option<String>,
}

#[derive(Deserialize)]
struct Party {
    #[serde(default, deserialize_with = "scalar")]
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    date_range: WireRange,
    #[serde(default, deserialize_with = "scalar")]
    data_erase_at: Option<String>,
}

/// A consent lists the care contexts of one patient at one facility. A longer list is a mistake.
const CARE_CONTEXT_COUNT_MAX: usize = 10_000;

pub(super) async fn interpret(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
) -> Result<Verdict, TaskError> {
    let notification = match parse::<ConsentNotify>(incoming.body) {
        Ok(message) => message.notification,
        Err(malformed) => return Ok(Verdict::malformed(malformed)),
    };
    let consent_id = ConsentId::parse(notification.consent_id.clone().unwrap_or_default());
    let Ok(consent_id) = consent_id else {
        return Ok(Verdict::malformed(Malformed::new("notification.consentId", "a consent id")));
    };
    let status = notification.status.as_deref().unwrap_or_default();
    let how = match status.trim().to_ascii_uppercase().as_str() {
        "GRANTED" => return granted(ports, incoming, consent_id, notification).await,
        "REVOKED" => End::Revoked,
        "EXPIRED" => End::Expired,
        "DENIED" => End::Denied,
        // Nothing is decided yet, so nothing is stored.
        "REQUESTED" => return Ok(acknowledged(consent_id, None)),
        _ => {
            let expected = "GRANTED, REVOKED, EXPIRED, DENIED or REQUESTED";
            return Ok(Verdict::malformed(Malformed::new("notification.status", expected)));
        }
    };
    let known = ports.dispatcher.load::<Consent>(&StreamId::consent(&consent_id)).await?;
    if known.grant().is_some_and(|grant| grant.facility != incoming.received.facility) {
        return Ok(of_another(consent_id, "the consent is another facility's"));
    }
    let granted = known.grant().map(|grant| grant.care_contexts.as_slice());
    let subject = subject_of(ports, granted.unwrap_or_default()).await?;
    let command = ConsentCommand::End { consent_id: consent_id.clone(), how };
    store(ports, incoming, &consent_id, command, subject).await?;
    Ok(acknowledged(consent_id, subject))
}

async fn granted(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    consent_id: ConsentId,
    notification: Notification,
) -> Result<Verdict, TaskError> {
    let Some(detail) = notification.consent_detail else {
        let fault = Malformed::new("notification.consentDetail", "the artefact of the consent");
        return Ok(Verdict::malformed(fault));
    };
    let artefact = match parse::<Artefact>(detail.get()) {
        Ok(artefact) => artefact,
        Err(fault) => {
            return Ok(Verdict::malformed(fault.within("notification.consentDetail")));
        }
    };
    let asked = &incoming.received.facility;
    if artefact
        .hip
        .as_ref()
        .and_then(|hip| hip.id.as_deref())
        .is_some_and(|id| !is_ours(ports, asked, id))
    {
        return Ok(of_another(consent_id, "the artefact is for another facility than the message"));
    }
    let Some(terms) = terms(&artefact) else {
        let fault = Malformed::new(
            "notification.consentDetail.permission",
            "dates in dateRange and dataEraseAt",
        );
        return Ok(Verdict::malformed(fault));
    };
    let signature = match signature(ports, detail.get(), notification.signature) {
        Ok(signature) => signature,
        Err(reason) => return Ok(refused(consent_id, OwnCode::UnknownConsent, reason)),
    };
    let care_contexts = care_contexts(ports, asked, &artefact).await?;
    let patient = patient(ports, asked, &artefact).await?;
    let subject = subject_of(ports, &care_contexts).await?;
    if let Some(subject) = subject
        && opt_out::refuses(ports, incoming, subject).await?
    {
        return Ok(refused(consent_id, OwnCode::PatientHasLeft, "the patient has left ABDM"));
    }
    let (date_range, erase_at) = terms;
    let grant = Grant {
        consent_id: consent_id.clone(),
        facility: asked.clone(),
        patient,
        hiu: artefact.hiu.and_then(|hiu| HiuId::parse(hiu.id?).ok()),
        // Unknown health information types are left out: this service cannot provide them.
        hi_types: artefact.hi_types.iter().filter_map(|name| HiType::parse(name)).collect(),
        care_contexts,
        date_range,
        erase_at,
    };
    let artefact = Phi::new(detail.get().to_owned());
    let command = ConsentCommand::Grant { grant, artefact, signature };
    store(ports, incoming, &consent_id, command, subject).await?;
    Ok(acknowledged(consent_id, subject))
}

/// The state of the signature, or the reason to refuse the consent.
fn signature(
    ports: &Ports,
    detail: &str,
    value: Option<String>,
) -> Result<Signature, &'static str> {
    let value = value.filter(|value| !value.trim().is_empty());
    let Some(value) = value else {
        if ports.settings.require_consent_signature {
            return Err("the consent is not signed");
        }
        return Ok(Signature { state: SignatureState::Unsigned, value: None });
    };
    if value.len() > Signature::LENGTH_MAX {
        return Err("the consent's signature is too long");
    }
    let state = match &ports.consent_key {
        None => SignatureState::SignedUnverified,
        Some(key) if key.verifies(detail, &value) => SignatureState::Verified,
        Some(_) => return Err("the consent's signature is not the consent manager's"),
    };
    Ok(Signature { state, value: Some(value) })
}

/// Whether the artefact names this facility, by service id or HFR id.
fn is_ours(ports: &Ports, asked: &FacilityId, named: &str) -> bool {
    let named = FacilityId::parse(named).ok();
    let named = named.and_then(|id| ports.settings.facility_named(&id).map(|one| &one.id));
    named == Some(asked)
}

fn terms(artefact: &Artefact) -> Option<(DateRange, DateTime<Utc>)> {
    let permission = &artefact.permission;
    let erase_at = end_instant(permission.data_erase_at.as_deref()?)?;
    Some((permission.date_range.read()?, erase_at))
}

async fn patient(
    ports: &Ports,
    facility: &FacilityId,
    artefact: &Artefact,
) -> Result<Option<Pseudonym>, TaskError> {
    let Some(address) = artefact.patient.as_ref().and_then(|patient| patient.id.as_deref()) else {
        return Ok(None);
    };
    Ok(Some(ports.vault.pseudonym(facility, &LookupKey::AbhaAddress(address)).await?))
}

/// The streams of the care contexts that the artefact names, without duplicates.
async fn care_contexts(
    ports: &Ports,
    facility: &FacilityId,
    artefact: &Artefact,
) -> Result<Vec<GrantedCareContext>, TaskError> {
    let mut granted: Vec<GrantedCareContext> = Vec::new();
    let mut streams = HashSet::new();
    for named in artefact.care_contexts.iter().take(CARE_CONTEXT_COUNT_MAX) {
        // An invalid reference cannot be one of our care contexts.
        let reference = named.care_context_reference.clone().unwrap_or_default();
        let Ok(reference) = CareContextReference::parse(reference) else { continue };
        let patient = named.patient_reference.as_deref().unwrap_or_default();
        let name = care_context_name(patient, &reference);
        let pseudonym = ports.vault.pseudonym(facility, &LookupKey::CareContext(&name)).await?;
        let stream = StreamId::care_context(facility, &pseudonym);
        // Some artefacts list a care context once for each health information type.
        if streams.insert(stream.clone()) {
            granted.push(GrantedCareContext { stream, reference });
        }
    }
    Ok(granted)
}

async fn store(
    ports: &Ports,
    incoming: &CallbackMessage<'_>,
    consent_id: &ConsentId,
    command: ConsentCommand,
    subject: Option<SubjectId>,
) -> Result<(), TaskError> {
    let step = incoming.step("consent").about(unless_erased(ports, subject).await?);
    step.execute::<Consent>(&ports.dispatcher, &StreamId::consent(consent_id), command).await?;
    Ok(())
}

/// A message to one facility cannot change a consent of another facility.
fn of_another(consent_id: ConsentId, reason: &'static str) -> Verdict {
    refused(consent_id, OwnCode::WrongFacility, reason)
}

fn refused(consent_id: ConsentId, code: OwnCode, reason: &'static str) -> Verdict {
    let code = ErrorCode::from(code);
    let owed = DirectReply::ConsentOnNotify { consent_id, error: Some(code.clone()) };
    Verdict::Rejected { code, reason, owed: Some(owed) }
}

fn acknowledged(consent_id: ConsentId, subject: Option<SubjectId>) -> Verdict {
    let owed = DirectReply::ConsentOnNotify { consent_id, error: None };
    Verdict::Interpreted { owed: Some(owed), subject }
}
