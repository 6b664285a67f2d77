//! `POST /api/v3/consent/request/hip/notify`: a consent was granted, revoked, expired or denied.

use hip_domain::consent::{Consent, ConsentCommand, DateRange, End, Grant, GrantedCareContext};
use hip_domain::hi_type::HiType;
use hip_domain::id::{
    CareContextReference, ConsentId, ErrorCode, FacilityId, HiuId, Pseudonym, SubjectId,
};
use hip_domain::inbound::Owed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::{StreamId, care_context_name};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::{Malformed, instant, parse};
use super::{Incoming, Verdict, subject_of};
use crate::erasure::living;
use crate::lookup::Lookup;
use crate::opt_out::{self, HAS_LEFT};
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
struct ConsentNotify {
    notification: Notification,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Notification {
    status: String,
    consent_id: String,
    consent_detail: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Artefact {
    patient: Option<Party>,
    care_contexts: Vec<WireCareContext>,
    hip: Option<Party>,
    hiu: Option<Party>,
    hi_types: Vec<String>,
    permission: Permission,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireCareContext {
    patient_reference: String,
    care_context_reference: String,
}

#[derive(Deserialize)]
struct Party {
    id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Permission {
    date_range: WireRange,
    data_erase_at: String,
}

#[derive(Deserialize)]
struct WireRange {
    from: String,
    to: String,
}

/// A consent lists what one patient has with one facility; more than this is a mistake.
const CARE_CONTEXT_COUNT_MAX: usize = 10_000;

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let notification = match parse::<ConsentNotify>(incoming.body) {
        Ok(message) => message.notification,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Ok(consent_id) = ConsentId::parse(notification.consent_id.clone()) else {
        return Ok(Verdict::Malformed(Malformed::new("notification.consentId", "a consent id")));
    };
    let how = match notification.status.to_ascii_uppercase().as_str() {
        "GRANTED" => return granted(provider, incoming, consent_id, notification).await,
        "REVOKED" => End::Revoked,
        "EXPIRED" => End::Expired,
        "DENIED" => End::Denied,
        // Nothing is decided yet; there is nothing to keep.
        "REQUESTED" => return Ok(acknowledged(consent_id, None)),
        _ => {
            let expected = "GRANTED, REVOKED, EXPIRED, DENIED or REQUESTED";
            return Ok(Verdict::Malformed(Malformed::new("notification.status", expected)));
        }
    };
    let known = provider.dispatcher.load::<Consent>(&StreamId::consent(&consent_id)).await?;
    if known.grant().is_some_and(|grant| grant.facility != incoming.received.facility) {
        return Ok(of_another(consent_id, "the consent is another facility's"));
    }
    let granted = known.grant().map(|grant| grant.care_contexts.as_slice());
    let subject = subject_of(provider, granted.unwrap_or_default()).await?;
    let command = ConsentCommand::End { consent_id: consent_id.clone(), how };
    store(provider, incoming, &consent_id, command, subject).await?;
    Ok(acknowledged(consent_id, subject))
}

async fn granted(
    provider: &Provider,
    incoming: &Incoming<'_>,
    consent_id: ConsentId,
    notification: Notification,
) -> Result<Verdict, TaskError> {
    let Some(detail) = notification.consent_detail else {
        let fault = Malformed::new("notification.consentDetail", "the artefact of the consent");
        return Ok(Verdict::Malformed(fault));
    };
    let artefact = match parse::<Artefact>(detail.get()) {
        Ok(artefact) => artefact,
        Err(fault) => {
            let field = format!("notification.consentDetail.{}", fault.field);
            return Ok(Verdict::Malformed(Malformed::new(field, fault.expected)));
        }
    };
    let asked = &incoming.received.facility;
    if artefact
        .hip
        .as_ref()
        .and_then(|hip| hip.id.as_deref())
        .is_some_and(|id| id != asked.as_str())
    {
        return Ok(of_another(consent_id, "the artefact is for another facility than the message"));
    }
    let Some(terms) = terms(&artefact) else {
        let fault = Malformed::new(
            "notification.consentDetail.permission",
            "dates in dateRange and dataEraseAt",
        );
        return Ok(Verdict::Malformed(fault));
    };
    let care_contexts = care_contexts(provider, asked, &artefact).await?;
    let patient = patient(provider, asked, &artefact).await?;
    let subject = subject_of(provider, &care_contexts).await?;
    if let Some(subject) = subject
        && opt_out::has_left(provider, subject).await?
    {
        return Ok(refused(consent_id, HAS_LEFT, "the patient has left ABDM"));
    }
    let (date_range, erase_at) = terms;
    let grant = Grant {
        consent_id: consent_id.clone(),
        facility: asked.clone(),
        patient,
        hiu: artefact.hiu.and_then(|hiu| HiuId::parse(hiu.id?).ok()),
        // A kind that we do not know cannot be asked of us.
        hi_types: artefact.hi_types.iter().filter_map(|name| HiType::parse(name)).collect(),
        care_contexts,
        date_range,
        erase_at,
    };
    let command = ConsentCommand::Grant { grant, artefact: Phi::new(detail.get().to_owned()) };
    store(provider, incoming, &consent_id, command, subject).await?;
    Ok(acknowledged(consent_id, subject))
}

fn terms(artefact: &Artefact) -> Option<(DateRange, chrono::DateTime<chrono::Utc>)> {
    let permission = &artefact.permission;
    let range = DateRange {
        from: instant(&permission.date_range.from)?,
        to: instant(&permission.date_range.to)?,
    };
    Some((range, instant(&permission.data_erase_at)?))
}

async fn patient(
    provider: &Provider,
    facility: &FacilityId,
    artefact: &Artefact,
) -> Result<Option<Pseudonym>, TaskError> {
    let Some(address) = artefact.patient.as_ref().and_then(|patient| patient.id.as_deref()) else {
        return Ok(None);
    };
    Ok(Some(provider.vault.pseudonym(facility, &Lookup::AbhaAddress(address)).await?))
}

/// Our streams of the care contexts that the artefact names.
async fn care_contexts(
    provider: &Provider,
    facility: &FacilityId,
    artefact: &Artefact,
) -> Result<Vec<GrantedCareContext>, TaskError> {
    let mut granted = Vec::new();
    for named in artefact.care_contexts.iter().take(CARE_CONTEXT_COUNT_MAX) {
        // A reference that can't be ours names nothing that we hold.
        let Ok(reference) = CareContextReference::parse(named.care_context_reference.clone())
        else {
            continue;
        };
        let name = care_context_name(&named.patient_reference, &reference);
        let pseudonym = provider.vault.pseudonym(facility, &Lookup::CareContext(&name)).await?;
        let stream = StreamId::care_context(facility, &pseudonym);
        granted.push(GrantedCareContext { stream, reference });
    }
    Ok(granted)
}

async fn store(
    provider: &Provider,
    incoming: &Incoming<'_>,
    consent_id: &ConsentId,
    command: ConsentCommand,
    subject: Option<SubjectId>,
) -> Result<(), TaskError> {
    let mut origin = incoming.cause.origin(Actor::Interpreter);
    origin.subject = living(provider, subject).await?.or(origin.subject);
    let stream = StreamId::consent(consent_id);
    let key = incoming.key("consent");
    provider.dispatcher.execute::<Consent>(&stream, command, &key, &origin).await?;
    Ok(())
}

/// A message to one facility about what is another's reaches nothing of that other.
fn of_another(consent_id: ConsentId, reason: &'static str) -> Verdict {
    refused(consent_id, "ABDM-1035", reason)
}

fn refused(consent_id: ConsentId, code: &'static str, reason: &'static str) -> Verdict {
    let code = ErrorCode::ours(code);
    let owed = Owed::ConsentOnNotify { consent_id, error: Some(code.clone()) };
    Verdict::Rejected { code, reason, owed: Some(owed) }
}

fn acknowledged(consent_id: ConsentId, subject: Option<SubjectId>) -> Verdict {
    let owed = Owed::ConsentOnNotify { consent_id, error: None };
    Verdict::Interpreted { owed: Some(owed), subject }
}
