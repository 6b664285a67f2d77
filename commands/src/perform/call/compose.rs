//! The messages that we send, composed when they leave. Only here is anything personal opened for
//! them; the outbox holds names of streams.

mod text;

use hip_domain::care_context::CareContext;
use hip_domain::discovery::{Discovery, DiscoveryEvent, Offer, Outcome};
use hip_domain::event::Event;
use hip_domain::id::{ConsentId, ErrorCode, FacilityId, RequestId, TransactionId};
use hip_domain::inbound::InboundEvent;
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::Call;
use hip_domain::patient::Abha;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{Transfer, TransferEvent};
use serde_json::{Map, Value, json};

use crate::perform::encrypt_page::recipient;
use crate::perform::person::{abha, demographics, link_token, readable};
use crate::port::gateway::GatewayMessage;
use crate::provider::Provider;
use crate::task::TaskError;

use text::{error, patients, timestamp, visit_of};

/// A message and on whose behalf it is sent.
pub(super) struct Composed {
    pub(super) facility: FacilityId,
    pub(super) message: Message,
}

/// A message, ready to send.
pub(super) enum Message {
    /// To the gateway.
    Gateway(GatewayMessage),
    /// To an HIU.
    Hiu { push_url: Phi<String>, body: Phi<String> },
}

pub(super) async fn compose(
    provider: &Provider,
    request_id: RequestId,
    call: &Call,
) -> Result<Composed, TaskError> {
    let composer = Composer { provider, request_id };
    match call {
        Call::GenerateToken { link_token } => composer.generate_token(link_token).await,
        Call::LinkCareContext { care_context, link_token } => {
            composer.link_care_context(care_context, link_token).await
        }
        Call::OnDiscover { transaction, in_reply_to } => {
            composer.on_discover(transaction, *in_reply_to).await
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

struct Composer<'a> {
    provider: &'a Provider,
    request_id: RequestId,
}

impl Composer<'_> {
    /// The gateway asks for the ABHA number as a number here, and for the year as one.
    async fn generate_token(&self, link_token: &StreamId) -> Result<Composed, TaskError> {
        let requested = self.provider.newest(link_token, |event| {
            let Event::LinkToken(LinkTokenEvent::Requested { facility, subject, .. }) = event
            else {
                return None;
            };
            Some((facility, subject))
        });
        let requested = requested.await?.map(|recorded| recorded.event);
        let (facility, subject) =
            requested.ok_or_else(|| TaskError::never("no link token was requested here"))?;
        let person = demographics(self.provider, subject).await?;
        let abha = abha(self.provider, subject).await?;
        let Some(year) = &person.year_of_birth else {
            return Err(TaskError::never("the patient's year of birth is not known"));
        };
        let mut body = json!({
            "abhaAddress": abha_address(&abha)?,
            "name": person.name.reveal(),
            "gender": person.gender.reveal(),
            "yearOfBirth": year.reveal(),
        });
        if let Some(number) = abha.number.as_ref().and_then(|n| n.reveal().parse::<u64>().ok()) {
            body["abhaNumber"] = json!(number);
        }
        Ok(self.to_gateway("/v3/token/generate-token", facility, &body))
    }

    /// Here the ABHA number is a text, and has to be there when it was there before.
    async fn link_care_context(
        &self,
        care_context: &StreamId,
        token_stream: &StreamId,
    ) -> Result<Composed, TaskError> {
        let state = self.provider.dispatcher.load::<CareContext>(care_context).await?;
        let Some(facts) = state.facts else {
            return Err(TaskError::never("there is no such care context"));
        };
        let person = demographics(self.provider, facts.subject).await?;
        let abha = abha(self.provider, facts.subject).await?;
        let offered = [(facts.reference, state.hi_types, visit_of(facts.visited_at))];
        let mut body = Map::new();
        if let Some(number) = &abha.number {
            body.insert("abhaNumber".to_owned(), json!(number.reveal()));
        }
        body.insert("abhaAddress".to_owned(), json!(abha_address(&abha)?));
        body.insert("patient".to_owned(), patients(&person, &offered));
        let mut composed =
            self.to_gateway("/hip/v3/link/carecontext", facts.facility, &Value::Object(body));
        if let Message::Gateway(message) = &mut composed.message {
            message.link_token = Some(link_token(self.provider, token_stream).await?);
        }
        Ok(composed)
    }

    async fn on_discover(
        &self,
        transaction: &TransactionId,
        in_reply_to: RequestId,
    ) -> Result<Composed, TaskError> {
        let stream = StreamId::discovery(transaction);
        let requested = self.provider.newest(&stream, |event| {
            let Event::Discovery(DiscoveryEvent::Requested { facility, .. }) = event else {
                return None;
            };
            Some(facility)
        });
        let requested = requested.await?.map(|recorded| recorded.event);
        let facility = requested.ok_or_else(|| TaskError::never("there is no such discovery"))?;
        let Discovery::Concluded { outcome, .. } = self.provider.dispatcher.load(&stream).await?
        else {
            return Err(TaskError::later("the discovery is not concluded"));
        };
        let mut body = json!({
            "transactionId": transaction.as_str(),
            "response": { "requestId": in_reply_to },
        });
        match outcome {
            Outcome::Matched(offer) => {
                body["patient"] = self.offer(&offer).await?;
                body["matchedBy"] = json!(offer.matched_by);
            }
            Outcome::NotMatched { code, candidates } => {
                body["error"] = error(&code, candidates > 1);
            }
        }
        let path = "/user-initiated-linking/v3/patient/care-context/on-discover";
        Ok(self.to_gateway(path, facility, &body))
    }

    async fn offer(&self, offer: &Offer) -> Result<Value, TaskError> {
        let person = demographics(self.provider, offer.subject).await?;
        let unlinked = self.provider.directory.unlinked(offer.subject).await?;
        let offered: Vec<_> = offer
            .care_contexts
            .iter()
            .map(|(reference, hi_types)| {
                let found = unlinked.iter().find(|unlinked| unlinked.reference == *reference);
                let display = found.map_or_else(
                    || format!("Visit {reference}"),
                    |unlinked| visit_of(unlinked.visited_at),
                );
                (reference.clone(), hi_types.clone(), display)
            })
            .collect();
        Ok(patients(&person, &offered))
    }

    async fn consent_on_notify(
        &self,
        consent: &ConsentId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<Composed, TaskError> {
        let facility = self.asked_facility(in_reply_to).await?;
        let accepted = json!({
            "acknowledgement": { "status": "OK", "consentId": consent.as_str() },
        });
        let body = reply(accepted, refusal, in_reply_to);
        Ok(self.to_gateway("/consent/v3/request/hip/on-notify", facility, &body))
    }

    async fn on_request(
        &self,
        transaction: &TransactionId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<Composed, TaskError> {
        let facility = self.asked_facility(in_reply_to).await?;
        let accepted = json!({
            "hiRequest": { "transactionId": transaction.as_str(), "sessionStatus": "ACKNOWLEDGED" },
        });
        let body = reply(accepted, refusal, in_reply_to);
        Ok(self.to_gateway("/data-flow/v3/health-information/hip/on-request", facility, &body))
    }

    /// The page as it was encrypted: the same bytes whenever it is sent.
    async fn push_page(
        &self,
        transaction: &TransactionId,
        page: u32,
    ) -> Result<Composed, TaskError> {
        let stream = StreamId::transfer(transaction);
        let encrypted = self.provider.newest(&stream, |event| {
            let Event::Transfer(TransferEvent::PageEncrypted { page: n, body, .. }) = event else {
                return None;
            };
            (n == page).then_some(body)
        });
        let encrypted = encrypted.await?.map(|recorded| recorded.event);
        let body = readable(encrypted, "the page cannot be read any more")?;
        let push_url = recipient(self.provider, &stream).await?.push_url;
        let state = self.provider.dispatcher.load::<Transfer>(&stream).await?;
        let facts = state.facts().ok_or_else(|| TaskError::never("there is no such transfer"))?;
        let facility = facts.facility.clone();
        Ok(Composed { facility, message: Message::Hiu { push_url, body } })
    }

    async fn notify_transfer(&self, transaction: &TransactionId) -> Result<Composed, TaskError> {
        let stream = StreamId::transfer(transaction);
        let completed = self.provider.newest(&stream, |event| {
            let Event::Transfer(TransferEvent::Completed { transferred, .. }) = event else {
                return None;
            };
            Some(transferred)
        });
        let completed = completed.await?;
        let state = self.provider.dispatcher.load::<Transfer>(&stream).await?;
        let (Some(completed), Transfer::Completed { facts, statuses }) = (completed, state) else {
            return Err(TaskError::never("the transfer is not completed"));
        };
        let responses: Vec<_> = statuses
            .iter()
            .map(|status| {
                json!({
                    "careContextReference": status.care_context.as_str(),
                    "hiStatus": if status.error.is_none() { "DELIVERED" } else { "ERRORED" },
                    "description": status.error.as_deref().unwrap_or("Data sent successfully"),
                })
            })
            .collect();
        let body = json!({ "notification": {
            "consentId": facts.consent_id.as_str(),
            "transactionId": transaction.as_str(),
            "doneAt": timestamp(completed.recorded_at),
            "notifier": { "type": "HIP", "id": facts.facility.as_str() },
            "statusNotification": {
                "sessionStatus": if completed.event { "TRANSFERRED" } else { "FAILED" },
                "hipId": facts.facility.as_str(),
                "statusResponses": responses,
            },
        }});
        Ok(self.to_gateway("/data-flow/v3/health-information/notify", facts.facility, &body))
    }

    fn to_gateway(&self, path: &'static str, facility: FacilityId, body: &Value) -> Composed {
        let message = GatewayMessage {
            path,
            request_id: self.request_id,
            facility: facility.clone(),
            link_token: None,
            body: body.to_string().into_bytes(),
        };
        Composed { facility, message: Message::Gateway(message) }
    }

    /// The facility that a message from the gateway was for.
    async fn asked_facility(&self, request_id: RequestId) -> Result<FacilityId, TaskError> {
        let stream = StreamId::inbound(request_id);
        let received = self.provider.newest(&stream, |event| {
            let Event::Inbound(InboundEvent::Received(received)) = event else { return None };
            Some(received.facility)
        });
        let received = received.await?.map(|recorded| recorded.event);
        received.ok_or_else(|| TaskError::never("there is no such message"))
    }
}

/// A yes, or an error in its place; with the request that it answers.
fn reply(accepted: Value, refusal: Option<&ErrorCode>, in_reply_to: RequestId) -> Value {
    let mut body = refusal.map_or(accepted, |code| json!({ "error": error(code, false) }));
    body["response"] = json!({ "requestId": in_reply_to });
    body
}

fn abha_address(abha: &Abha) -> Result<&str, TaskError> {
    match &abha.address {
        Some(address) => Ok(address.reveal()),
        None => Err(TaskError::never("the patient's ABHA address is not known")),
    }
}
