//! `POST /api/v3/links/context/on-notify` and `…/patients/sms/on-notify`: what became of news that
//! we sent. Nothing follows from it but the note on the call.

use hip_domain::care_context::CareContext;
use hip_domain::id::ErrorCode;
use hip_domain::inbound::CallbackKind;
use hip_domain::outbound::{Call, Outbound, OutboundCommand};
use hip_domain::stream::StreamId;
use serde::Deserialize;

use super::wire::{Response, WireError, parse};
use super::{Incoming, Verdict, unknown_request};
use crate::erasure::living;
use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::TaskError;

#[derive(Deserialize)]
struct OnNotify {
    acknowledgement: Option<Acknowledgement>,
    status: Option<String>,
    error: Option<WireError>,
    #[serde(alias = "resp")]
    response: Response,
}

#[derive(Deserialize)]
struct Acknowledgement {
    status: Option<String>,
}

pub(super) async fn interpret(
    provider: &Provider,
    incoming: &Incoming<'_>,
) -> Result<Verdict, TaskError> {
    let message: OnNotify = match parse(incoming.body) {
        Ok(message) => message,
        Err(malformed) => return Ok(Verdict::Malformed(malformed)),
    };
    let Some(request_id) = message.response.request_id() else {
        return Ok(unknown_request());
    };
    let stream = StreamId::outbound(request_id);
    let outbound = provider.dispatcher.load::<Outbound>(&stream).await?;
    let facility = &incoming.received.facility;
    let care_context = match outbound.call() {
        Some(Call::ContextNotify { care_context, .. })
            if incoming.received.kind == CallbackKind::ContextOnNotify =>
        {
            care_context
        }
        Some(Call::SmsNotify { care_context })
            if incoming.received.kind == CallbackKind::SmsOnNotify =>
        {
            care_context
        }
        Some(_) | None => return Ok(unknown_request()),
    };
    if !care_context.is_of(facility) {
        return Ok(unknown_request());
    }
    let care_context = provider.dispatcher.load::<CareContext>(care_context).await?;
    let subject = living(provider, care_context.facts.map(|facts| facts.subject)).await?;
    let command = OutboundCommand::Answer { code: failure(&message) };
    let origin = incoming.cause.origin(Actor::Interpreter).about(subject);
    let key = incoming.once("outbound");
    provider.dispatcher.execute::<Outbound>(&stream, command, &key, &origin).await?;
    Ok(Verdict::about(subject))
}

/// The code, when it came to nothing. Seen: an error with and without status, a status alone.
fn failure(message: &OnNotify) -> Option<ErrorCode> {
    if let Some(error) = &message.error {
        return Some(error.code());
    }
    let status = message.acknowledgement.as_ref().and_then(|a| a.status.as_deref());
    let status = status.or(message.status.as_deref()).unwrap_or_default();
    (!status.eq_ignore_ascii_case("SUCCESS")).then(|| ErrorCode::ours("unknown"))
}
