//! Builds outgoing messages at the time of sending. Personal data is decrypted only here; the outbox contains stream
//! names. One file for each conversation.

mod consent;
mod discovery;
mod linking;
mod profile_share;
mod text;
mod transfer;
mod user_link;

use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, RequestId};
use hip_domain::inbound::{ApiVersion, InboundEvent};
use hip_domain::outbound::Call;
use hip_domain::patient::Abha;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde_json::{Value, json};

use crate::operations::abdm_error::Context;
use crate::port::gateway::GatewayMessage;
use crate::ports::Ports;
use crate::tasks::TaskError;

use text::{error, timestamp};

/// A message and the facility that sends it.
pub(super) struct OutgoingRequest {
    pub(super) facility: FacilityId,
    pub(super) message: RequestTarget,
}

/// A message and its target.
pub(super) enum RequestTarget {
    /// A message to the gateway.
    Gateway(GatewayMessage),
    /// A page to an HIU.
    Hiu { push_url: Phi<String>, body: Phi<String>, bearer: bool },
}

pub(super) async fn build_request(
    ports: &Ports,
    request_id: RequestId,
    call: &Call,
) -> Result<OutgoingRequest, TaskError> {
    let composer = RequestBuilder { ports, request_id };
    match call {
        Call::GenerateToken { link_token } => composer.generate_token(link_token).await,
        Call::LinkCareContext { care_context, link_token } => {
            composer.link_care_context(care_context, link_token).await
        }
        Call::ContextNotify { care_context, hi_types, .. } => {
            composer.context_notify(care_context, hi_types).await
        }
        Call::SmsNotify { care_context, .. } => composer.sms_notify(care_context).await,
        Call::OnDiscover { transaction, error, in_reply_to } => {
            composer.on_discover(transaction, error.as_ref(), *in_reply_to).await
        }
        Call::OnInit { transaction, link, error, in_reply_to } => {
            composer.on_init(transaction, *link, error.as_ref(), *in_reply_to).await
        }
        Call::OnConfirm { link, error, in_reply_to } => {
            composer.on_confirm(*link, error.as_ref(), *in_reply_to).await
        }
        Call::OnShare { counter, error, in_reply_to } => {
            composer.on_share(counter.as_ref(), error.as_ref(), *in_reply_to).await
        }
        Call::ConsentOnNotify { consent, error, in_reply_to } => {
            composer.consent_on_notify(consent, error.as_ref(), *in_reply_to).await
        }
        Call::OnRequest { transaction, error, in_reply_to } => {
            composer.on_request(transaction, error.as_ref(), *in_reply_to).await
        }
        Call::PushPage { transaction, page } => composer.push_page(transaction, *page).await,
        Call::NotifyTransfer { transaction } => composer.notify_transfer(transaction).await,
    }
}

struct RequestBuilder<'a> {
    ports: &'a Ports,
    request_id: RequestId,
}

/// The path of one message in each API version.
struct Paths {
    v3: &'static str,
    v05: &'static str,
}

/// The message to reply to: its facility and API version.
struct OriginalRequest {
    request_id: RequestId,
    facility: FacilityId,
    named: Option<FacilityId>,
    api: ApiVersion,
}

impl RequestBuilder<'_> {
    /// A message that is not a reply.
    fn to_gateway(
        &self,
        path: &'static str,
        facility: FacilityId,
        body: &Value,
    ) -> OutgoingRequest {
        self.spoken(path, ApiVersion::V3, (facility, None), body)
    }

    /// A reply, in the API version of the request.
    fn answer(&self, paths: &Paths, asked: OriginalRequest, mut body: Value) -> OutgoingRequest {
        let in_reply_to = json!({ "requestId": asked.request_id });
        let path = match asked.api {
            ApiVersion::V3 => {
                body["response"] = in_reply_to;
                paths.v3
            }
            ApiVersion::V05 => {
                body["resp"] = in_reply_to;
                self.sign(&mut body);
                paths.v05
            }
        };
        self.spoken(path, asked.api, (asked.facility, asked.named), &body)
    }

    /// Adds the members that the older API version has in the body instead of headers.
    fn sign(&self, body: &mut Value) {
        body["requestId"] = json!(self.request_id);
        body["timestamp"] = json!(timestamp(self.ports.clock.now()));
    }

    /// A message of a facility, under the id that the request named, or else its service id.
    fn spoken(
        &self,
        path: &'static str,
        api: ApiVersion,
        (facility, named): (FacilityId, Option<FacilityId>),
        body: &Value,
    ) -> OutgoingRequest {
        let own = || self.ports.settings.service_id(&facility).clone();
        let message = GatewayMessage {
            path,
            api,
            request_id: self.request_id,
            facility: named.unwrap_or_else(own),
            link_token: None,
            body: body.to_string().into_bytes(),
        };
        OutgoingRequest { facility, message: RequestTarget::Gateway(message) }
    }

    /// Metadata of a message from the gateway.
    async fn asked(&self, request_id: RequestId) -> Result<OriginalRequest, TaskError> {
        let stream = StreamId::inbound(request_id);
        let received = self.ports.newest(&stream, |event| {
            let Event::Inbound(InboundEvent::Received(received)) = event else { return None };
            Some((received.facility, received.named, received.api))
        });
        match received.await?.map(|recorded| recorded.event) {
            Some((facility, named, api)) => {
                Ok(OriginalRequest { request_id, facility, named, api })
            }
            None => Err(TaskError::never("there is no such message")),
        }
    }

    /// The current service id of a facility.
    fn service_id(&self, facility: &FacilityId) -> String {
        self.ports.settings.service_id(facility).to_string()
    }

    fn facility_name(&self, facility: &FacilityId) -> String {
        let known = self.ports.settings.facility(facility);
        known.map_or_else(|| facility.to_string(), |facility| facility.name.clone())
    }
}

/// The positive reply, or the error instead.
fn yes_or(refusal: Option<&ErrorCode>, context: Context, yes: Value) -> Value {
    refusal.map_or(yes, |code| json!({ "error": error(code, context) }))
}

fn abha_address(abha: &Abha) -> Result<&str, TaskError> {
    match &abha.address {
        Some(address) => Ok(address.reveal()),
        None => Err(TaskError::never("the patient's ABHA address is not known")),
    }
}
