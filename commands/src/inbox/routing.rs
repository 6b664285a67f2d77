//! Determines the facility of a callback.

use hip_domain::consent::Consent;
use hip_domain::discovery::DiscoveryEvent;
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, FacilityId, LinkReference, RequestId, TransactionId};
use hip_domain::inbound::CallbackKind;
use hip_domain::outbound::OutboundEvent;
use hip_domain::stream::StreamId;
use hip_domain::user_link::UserLink;
use serde_json::Value;

use crate::inbox::callbacks::wire::readable;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The facility of a callback: the one that it names by service id or HFR id; else the one of its conversation; else
/// the only configured facility. `None` if none of these applies.
///
/// # Errors
///
/// The log cannot be read.
pub async fn facility_of(
    ports: &Ports,
    kind: CallbackKind,
    named: Option<&FacilityId>,
    body: &str,
) -> Result<Option<FacilityId>, TaskError> {
    let settings = &ports.settings;
    if let Some(named) = named {
        return Ok(settings.facility_named(named).map(|facility| facility.id.clone()));
    }
    let body: Value = serde_json::from_str(&readable(body)).unwrap_or_default();
    if let Some(facility) = of_conversation(ports, kind, &body).await? {
        return Ok(settings.facility(&facility).map(|facility| facility.id.clone()));
    }
    Ok(match settings.facilities.as_slice() {
        [only] => Some(only.id.clone()),
        _ => None,
    })
}

async fn of_conversation(
    ports: &Ports,
    kind: CallbackKind,
    body: &Value,
) -> Result<Option<FacilityId>, TaskError> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let dispatcher = &ports.dispatcher;
    match kind {
        CallbackKind::LinkConfirm => {
            let reference =
                text("/confirmation/linkRefNumber").and_then(|it| LinkReference::parse(it).ok());
            let Some(reference) = reference else { return Ok(None) };
            let link = dispatcher.load::<UserLink>(&StreamId::user_link(reference)).await?;
            Ok(link.facts().map(|facts| facts.facility.clone()))
        }
        CallbackKind::LinkInit => {
            let transaction = text("/transactionId").and_then(|it| TransactionId::parse(it).ok());
            let Some(transaction) = transaction else { return Ok(None) };
            let stream = StreamId::discovery(&transaction);
            let asked = ports.newest_clear(&stream, |event| {
                let Event::Discovery(DiscoveryEvent::Requested { facility, .. }) = event else {
                    return None;
                };
                Some(facility)
            });
            Ok(asked.await?)
        }
        CallbackKind::ConsentNotify | CallbackKind::HealthInformationRequest => {
            let named = text("/notification/consentDetail/hip/id")
                .and_then(|it| FacilityId::parse(it).ok());
            if let Some(named) = named.and_then(|id| ports.settings.facility_named(&id)) {
                return Ok(Some(named.id.clone()));
            }
            let id = text("/notification/consentId").or_else(|| text("/hiRequest/consent/id"));
            let Some(id) = id.and_then(|it| ConsentId::parse(it).ok()) else { return Ok(None) };
            let consent = dispatcher.load::<Consent>(&StreamId::consent(&id)).await?;
            Ok(consent.grant().map(|grant| grant.facility.clone()))
        }
        CallbackKind::OnGenerateToken
        | CallbackKind::OnCareContext
        | CallbackKind::ContextOnNotify
        | CallbackKind::SmsOnNotify => {
            let answered = text("/response/requestId").or_else(|| text("/resp/requestId"));
            let Some(answered) = answered.and_then(|it| RequestId::parse(it).ok()) else {
                return Ok(None);
            };
            let stream = StreamId::outbound(answered);
            let call = ports.newest_clear(&stream, |event| {
                let Event::Outbound(OutboundEvent::Planned { facility, .. }) = event else {
                    return None;
                };
                Some(facility)
            });
            Ok(call.await?)
        }
        CallbackKind::Discover | CallbackKind::PatientShare | CallbackKind::PatientStatus => {
            let named = text("/metaData/hipId").and_then(|it| FacilityId::parse(it).ok());
            let known = named.and_then(|id| ports.settings.facility_named(&id));
            Ok(known.map(|facility| facility.id.clone()))
        }
    }
}
