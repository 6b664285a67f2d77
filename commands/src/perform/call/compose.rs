//! The messages that we send, composed when they leave. Only here is anything personal opened for
//! them; the outbox holds names of streams.

use hip_domain::care_context::{CareContext, CareContextFacts};
use hip_domain::discovery::{Discovery, DiscoveryEvent, MatchedBy, Offer, Outcome};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::{
    CareContextReference, ConsentId, ErrorCode, FacilityId, RequestId, SubjectId, TransactionId,
};
use hip_domain::inbound::InboundEvent;
use hip_domain::link_token::LinkTokenEvent;
use hip_domain::outbound::Call;
use hip_domain::patient::{Abha, Demographics, PatientEvent};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::transfer::{Transfer, TransferEvent};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::perform::TaskError;
use crate::perform::encrypt_page::recipient;
use crate::port::gateway::GatewayMessage;
use crate::provider::Provider;

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
    /// The gateway asks for a number where it prints a text, and for the year as a number.
    async fn generate_token(&self, link_token: &StreamId) -> Result<Composed, TaskError> {
        let wanted =
            |event: &Event| matches!(event, Event::LinkToken(LinkTokenEvent::Requested { .. }));
        let requested = self.provider.newest(link_token, wanted).await?;
        let Some(Event::LinkToken(LinkTokenEvent::Requested { facility, subject, .. })) =
            requested.map(|recorded| recorded.event)
        else {
            return Err(TaskError::never("no link token was requested here"));
        };
        let person = self.demographics(subject).await?;
        let abha = self.abha(subject).await?;
        let mut body = Map::new();
        if let Some(number) = abha_number(&abha) {
            body.insert("abhaNumber".to_owned(), json!(number));
        }
        body.insert("abhaAddress".to_owned(), json!(abha_address(&abha)?));
        body.insert("name".to_owned(), json!(person.name.reveal()));
        body.insert("gender".to_owned(), json!(person.gender.reveal()));
        let Some(year) = &person.year_of_birth else {
            return Err(TaskError::never("the patient's year of birth is not known"));
        };
        body.insert("yearOfBirth".to_owned(), json!(year.reveal()));
        Ok(self.to_gateway("/v3/token/generate-token", facility, Value::Object(body)))
    }

    async fn link_care_context(
        &self,
        care_context: &StreamId,
        link_token: &StreamId,
    ) -> Result<Composed, TaskError> {
        let state = self.provider.dispatcher.load::<CareContext>(care_context).await?;
        let Some(facts) = state.facts else {
            return Err(TaskError::never("there is no such care context"));
        };
        let person = self.demographics(facts.subject).await?;
        let abha = self.abha(facts.subject).await?;
        let offered = [(facts.reference.clone(), state.hi_types.clone(), display(&facts))];
        let mut body = Map::new();
        if let Some(number) = abha.number.as_ref() {
            body.insert("abhaNumber".to_owned(), json!(number.reveal()));
        }
        body.insert("abhaAddress".to_owned(), json!(abha_address(&abha)?));
        body.insert("patient".to_owned(), patients(&person, &offered));
        let mut composed =
            self.to_gateway("/hip/v3/link/carecontext", facts.facility, Value::Object(body));
        if let Message::Gateway(message) = &mut composed.message {
            message.link_token = Some(self.link_token(link_token).await?);
        }
        Ok(composed)
    }

    async fn on_discover(
        &self,
        transaction: &TransactionId,
        in_reply_to: RequestId,
    ) -> Result<Composed, TaskError> {
        let stream = StreamId::discovery(transaction);
        let wanted =
            |event: &Event| matches!(event, Event::Discovery(DiscoveryEvent::Requested { .. }));
        let requested = self.provider.newest(&stream, wanted).await?;
        let Some(Event::Discovery(DiscoveryEvent::Requested { facility, .. })) =
            requested.map(|recorded| recorded.event)
        else {
            return Err(TaskError::never("there is no such discovery"));
        };
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
        Ok(self.to_gateway(path, facility, body))
    }

    async fn offer(&self, offer: &Offer) -> Result<Value, TaskError> {
        debug_assert!(!offer.matched_by.contains(&MatchedBy::Mr) || offer.matched_by.len() > 1);
        let person = self.demographics(offer.subject).await?;
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
        let response = json!({ "requestId": in_reply_to });
        let body = match refusal {
            None => json!({
                "acknowledgement": { "status": "OK", "consentId": consent.as_str() },
                "response": response,
            }),
            Some(code) => json!({ "error": error(code, false), "response": response }),
        };
        Ok(self.to_gateway("/consent/v3/request/hip/on-notify", facility, body))
    }

    async fn on_request(
        &self,
        transaction: &TransactionId,
        refusal: Option<&ErrorCode>,
        in_reply_to: RequestId,
    ) -> Result<Composed, TaskError> {
        let facility = self.asked_facility(in_reply_to).await?;
        let response = json!({ "requestId": in_reply_to });
        let body = match refusal {
            None => json!({
                "hiRequest": {
                    "transactionId": transaction.as_str(),
                    "sessionStatus": "ACKNOWLEDGED",
                },
                "response": response,
            }),
            Some(code) => json!({ "error": error(code, false), "response": response }),
        };
        Ok(self.to_gateway("/data-flow/v3/health-information/hip/on-request", facility, body))
    }

    /// The page as it was encrypted: the same bytes whenever it is sent.
    async fn push_page(
        &self,
        transaction: &TransactionId,
        page: u32,
    ) -> Result<Composed, TaskError> {
        let stream = StreamId::transfer(transaction);
        let wanted = |event: &Event| {
            matches!(event, Event::Transfer(TransferEvent::PageEncrypted { page: n, .. }) if *n == page)
        };
        let encrypted = self.provider.newest(&stream, wanted).await?;
        let Some(Event::Transfer(TransferEvent::PageEncrypted { body: Sealed::Open(body), .. })) =
            encrypted.map(|recorded| recorded.event)
        else {
            return Err(TaskError::never("the page cannot be read any more"));
        };
        let push_url = recipient(self.provider, &stream).await?.push_url;
        let facility = self.transfer_facility(&stream).await?;
        Ok(Composed { facility, message: Message::Hiu { push_url, body } })
    }

    async fn notify_transfer(&self, transaction: &TransactionId) -> Result<Composed, TaskError> {
        let stream = StreamId::transfer(transaction);
        let wanted =
            |event: &Event| matches!(event, Event::Transfer(TransferEvent::Completed { .. }));
        let completed = self.provider.newest(&stream, wanted).await?;
        let Some(recorded) = completed else {
            return Err(TaskError::never("the transfer is not completed"));
        };
        let Event::Transfer(TransferEvent::Completed { transferred, statuses, .. }) =
            recorded.event
        else {
            return Err(TaskError::never("the transfer is not completed"));
        };
        let Transfer::Completed { facts, .. } = self.provider.dispatcher.load(&stream).await?
        else {
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
            "doneAt": timestamp(recorded.recorded_at),
            "notifier": { "type": "HIP", "id": facts.facility.as_str() },
            "statusNotification": {
                "sessionStatus": if transferred { "TRANSFERRED" } else { "FAILED" },
                "hipId": facts.facility.as_str(),
                "statusResponses": responses,
            },
        }});
        Ok(self.to_gateway("/data-flow/v3/health-information/notify", facts.facility, body))
    }

    fn to_gateway(&self, path: &'static str, facility: FacilityId, body: Value) -> Composed {
        let body = body.to_string().into_bytes();
        let message = GatewayMessage {
            path,
            request_id: self.request_id,
            facility: facility.clone(),
            link_token: None,
            body,
        };
        Composed { facility, message: Message::Gateway(message) }
    }

    /// The facility that a message from the gateway was for.
    async fn asked_facility(&self, request_id: RequestId) -> Result<FacilityId, TaskError> {
        let stored = self.provider.log.stream(&StreamId::inbound(request_id), 0).await?;
        let first = stored.first().ok_or_else(|| TaskError::never("there is no such message"))?;
        match crate::codec::decode(first)?.event {
            Event::Inbound(InboundEvent::Received(received)) => Ok(received.facility),
            _ => Err(TaskError::never("there is no such message")),
        }
    }

    async fn transfer_facility(&self, stream: &StreamId) -> Result<FacilityId, TaskError> {
        let state = self.provider.dispatcher.load::<Transfer>(stream).await?;
        let facts = state.facts().ok_or_else(|| TaskError::never("there is no such transfer"))?;
        Ok(facts.facility.clone())
    }

    async fn demographics(&self, subject: SubjectId) -> Result<Demographics, TaskError> {
        let wanted = |event: &Event| {
            matches!(
                event,
                Event::Patient(
                    PatientEvent::Registered { .. } | PatientEvent::DemographicsChanged { .. }
                )
            )
        };
        let newest = self.provider.newest(&StreamId::patient(subject), wanted).await?;
        match newest.map(|recorded| recorded.event) {
            Some(Event::Patient(
                PatientEvent::Registered { demographics: Sealed::Open(demographics), .. }
                | PatientEvent::DemographicsChanged {
                    demographics: Sealed::Open(demographics), ..
                },
            )) => Ok(demographics),
            _ => Err(TaskError::never("the patient cannot be read any more")),
        }
    }

    async fn abha(&self, subject: SubjectId) -> Result<Abha, TaskError> {
        let wanted =
            |event: &Event| matches!(event, Event::Patient(PatientEvent::AbhaAttached { .. }));
        let newest = self.provider.newest(&StreamId::patient(subject), wanted).await?;
        match newest.map(|recorded| recorded.event) {
            Some(Event::Patient(PatientEvent::AbhaAttached { abha: Sealed::Open(abha), .. })) => {
                Ok(abha)
            }
            _ => Err(TaskError::never("the patient's ABHA is not known")),
        }
    }

    async fn link_token(&self, stream: &StreamId) -> Result<SecretString, TaskError> {
        let wanted =
            |event: &Event| matches!(event, Event::LinkToken(LinkTokenEvent::Issued { .. }));
        let newest = self.provider.newest(stream, wanted).await?;
        match newest.map(|recorded| recorded.event) {
            Some(Event::LinkToken(LinkTokenEvent::Issued { token: Sealed::Open(token), .. })) => {
                Ok(SecretString::from(token.into_inner()))
            }
            _ => Err(TaskError::never("the link token cannot be read any more")),
        }
    }
}

fn abha_address(abha: &Abha) -> Result<&str, TaskError> {
    match &abha.address {
        Some(address) => Ok(address.reveal()),
        None => Err(TaskError::never("the patient's ABHA address is not known")),
    }
}

/// As the number that the gateway wants in a token request.
fn abha_number(abha: &Abha) -> Option<u64> {
    abha.number.as_ref()?.reveal().parse().ok()
}

/// A care context, its kinds, and what the patient's app shows for it.
type Offered = (CareContextReference, Vec<HiType>, String);

/// The gateway takes at most this many care contexts in one element.
const COUNT_MAX: usize = 20;

/// One element for each kind of health information.
fn patients(person: &Demographics, offered: &[Offered]) -> Value {
    let mut elements = Vec::new();
    for hi_type in HiType::ALL {
        let of_kind: Vec<_> = offered
            .iter()
            .filter(|(_, hi_types, _)| hi_types.contains(&hi_type))
            .map(|(reference, _, display)| {
                json!({ "referenceNumber": reference.as_str(), "display": display })
            })
            .collect();
        for care_contexts in of_kind.chunks(COUNT_MAX) {
            elements.push(json!({
                "referenceNumber": person.reference.reveal(),
                "display": displayable(person.name.reveal()),
                "careContexts": care_contexts,
                "hiType": hi_type.as_str(),
                "count": care_contexts.len(),
            }));
        }
    }
    Value::Array(elements)
}

fn display(facts: &CareContextFacts) -> String {
    visit_of(facts.visited_at)
}

/// Nothing clinical: before a consent, the date is all that the patient needs to recognise a visit.
fn visit_of(visited_at: chrono::DateTime<chrono::Utc>) -> String {
    let india = chrono::FixedOffset::east_opt(5 * 3600 + 1800).expect("a valid offset");
    format!("Visit of {}", visited_at.with_timezone(&india).format("%d %b %Y"))
}

/// A name as far as the gateway's pattern for a display allows; other scripts leave nothing of it.
fn displayable(name: &str) -> String {
    let allowed = |c: &char| c.is_ascii_alphanumeric() || "_-@,. \"':|()/".contains(*c);
    let text: String = name.chars().filter(allowed).take(255).collect();
    let text = text.trim();
    if text.is_empty() { "Patient".to_owned() } else { text.to_owned() }
}

/// UTC with exactly three fraction digits, as the gateway wants it.
fn timestamp(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// What a code means here; `several` patients are told apart from none only in words.
fn error(code: &ErrorCode, several: bool) -> Value {
    let message = match (code.as_str(), several) {
        ("ABDM-1010", false) => "Patient not found",
        ("ABDM-1010", true) => "Multiple patients found",
        ("ABDM-1012", _) => "No records found against the ABHA Address",
        ("ABDM-1031", _) => "Invalid request",
        ("ABDM-1035", _) => "Invalid HIP ID",
        ("ABDM-1061", _) => "Consent artefact expired",
        ("ABDM-1062", _) => "Consent Not granted",
        ("ABDM-1063", _) => "Date Range given is invalid",
        ("ABDM-1112", _) => "Invalid or already expired consent artefact id",
        _ => "Request could not be processed",
    };
    json!({ "code": code.as_str(), "message": message })
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::*;

    #[test]
    fn a_display_shows_the_day_in_india_and_nothing_clinical() {
        let late_evening = Utc.with_ymd_and_hms(2026, 3, 1, 20, 0, 0).unwrap();
        assert_eq!(visit_of(late_evening), "Visit of 02 Mar 2026");
    }

    #[test]
    fn a_name_in_another_script_becomes_something_the_gateway_takes() {
        assert_eq!(displayable("आशा रानी"), "Patient");
        assert_eq!(displayable("Asha  <Rani>"), "Asha  Rani");
    }

    #[test]
    fn there_is_one_element_for_each_kind_and_its_count_is_right() {
        let person = Demographics {
            reference: Phi::new("P-1".to_owned()),
            name: Phi::new("Test Person".to_owned()),
            gender: Phi::new("F".to_owned()),
            year_of_birth: None,
            mobile: None,
        };
        let kinds = vec![HiType::OpConsultation, HiType::Prescription];
        let reference = CareContextReference::parse("300").unwrap();
        let elements = patients(&person, &[(reference, kinds, "Visit".to_owned())]);
        assert_eq!(elements.as_array().map(Vec::len), Some(2));
        assert_eq!(elements[1]["hiType"], "Prescription");
        assert_eq!(elements[1]["count"], 1);
    }
}
