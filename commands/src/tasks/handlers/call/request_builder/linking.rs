//! HIP-initiated linking: link token, link request, notification of changes, and the SMS that leads a patient to a
//! discovery.

use hip_domain::care_context::{CareContext, CareContextFacts, Link};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::SubjectId;
use hip_domain::link_token::{AskedPerson, LinkTokenEvent};
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use serde_json::{Map, Value, json};

use super::text::{latin_name, patients, timestamp};
use super::{OutgoingRequest, RequestBuilder, RequestTarget, abha_address};
use crate::patients::patient_data::{abha, demographics, link_token, require_open};
use crate::ports::Ports;
use crate::tasks::TaskError;
use crate::visits::visit_display::visit_of;

impl RequestBuilder<'_> {
    /// The gateway expects the ABHA number and the year of birth as JSON numbers.
    pub(super) async fn generate_token(
        &self,
        link_token: &StreamId,
    ) -> Result<OutgoingRequest, TaskError> {
        let requested = self.ports.newest(link_token, |event| {
            let Event::LinkToken(event) = event else {
                return None;
            };
            match event {
                LinkTokenEvent::Requested { facility, subject, .. } => {
                    Some((facility, LinkQuestion::Known(subject)))
                }
                LinkTokenEvent::Asked { facility, person, .. } => {
                    Some((facility, LinkQuestion::Named(person)))
                }
                LinkTokenEvent::Postponed { .. }
                | LinkTokenEvent::Awaited { .. }
                | LinkTokenEvent::Reused { .. }
                | LinkTokenEvent::Issued { .. }
                | LinkTokenEvent::Rejected { .. }
                | LinkTokenEvent::Dropped { .. }
                | LinkTokenEvent::Purged {} => None,
            }
        });
        let requested = requested.await?.map(|recorded| recorded.event);
        let (facility, asked) =
            requested.ok_or_else(|| TaskError::never("no link token was requested here"))?;
        let person = match asked {
            LinkQuestion::Known(subject) => known(self.ports, subject).await?,
            LinkQuestion::Named(person) => {
                require_open(Some(person), "the person cannot be read any more")?
            }
        };
        let mut body = json!({
            "abhaAddress": person.abha_address.reveal(),
            "name": latin_name(person.name.reveal()),
            "gender": person.gender.reveal(),
            "yearOfBirth": person.year_of_birth.reveal(),
        });
        if let Some(number) = person.abha_number.and_then(|n| n.reveal().parse::<u64>().ok()) {
            body["abhaNumber"] = json!(number);
        }
        Ok(self.to_gateway("/v3/token/generate-token", facility, &body))
    }

    /// Here the ABHA number is a string. It is required if it was in the token request.
    pub(super) async fn link_care_context(
        &self,
        care_context: &StreamId,
        token_stream: &StreamId,
    ) -> Result<OutgoingRequest, TaskError> {
        let (facts, state) = self.care_context(care_context).await?;
        let person = demographics(self.ports, facts.subject).await?;
        let abha = abha(self.ports, facts.subject).await?;
        // The requested types, even if the visit was amended since.
        let (hi_types, issued_by) = match state.link {
            Link::Requested { hi_types, issued_by, .. } => (hi_types, issued_by),
            Link::Unlinked | Link::Linked => (state.hi_types, None),
        };
        let offered = [(facts.reference, hi_types, visit_of(facts.visited_at))];
        let mut body = Map::new();
        if let Some(number) = &abha.number {
            body.insert("abhaNumber".to_owned(), json!(number.reveal()));
        }
        body.insert("abhaAddress".to_owned(), json!(abha_address(&abha)?));
        body.insert("patient".to_owned(), patients(&person, &offered));
        let mut composed =
            self.to_gateway("/hip/v3/link/carecontext", facts.facility, &Value::Object(body));
        if let RequestTarget::Gateway(message) = &mut composed.message {
            message.link_token = Some(link_token(self.ports, token_stream, issued_by).await?);
        }
        Ok(composed)
    }

    /// One call for all types: the care context is what changed.
    pub(super) async fn context_notify(
        &self,
        care_context: &StreamId,
        hi_types: &[HiType],
    ) -> Result<OutgoingRequest, TaskError> {
        let (facts, _) = self.care_context(care_context).await?;
        let person = demographics(self.ports, facts.subject).await?;
        let abha = abha(self.ports, facts.subject).await?;
        let hi_types: Vec<_> = hi_types.iter().map(|hi_type| hi_type.as_str()).collect();
        let body = json!({ "notification": {
            "patient": { "id": abha_address(&abha)? },
            "careContext": {
                "patientReference": person.reference.reveal(),
                "careContextReference": facts.reference.as_str(),
            },
            "hiTypes": hi_types,
            "date": timestamp(facts.visited_at),
            "hip": {
                "id": self.service_id(&facts.facility),
                "name": self.facility_name(&facts.facility),
                "type": "HIP",
            },
        }});
        Ok(self.to_gateway("/hip/v3/link/context/notify", facts.facility, &body))
    }

    pub(super) async fn sms_notify(
        &self,
        care_context: &StreamId,
    ) -> Result<OutgoingRequest, TaskError> {
        let (facts, _) = self.care_context(care_context).await?;
        let person = demographics(self.ports, facts.subject).await?;
        let Some(mobile) = &person.mobile else {
            return Err(TaskError::never("no mobile number of the patient is known"));
        };
        let body = json!({ "notification": {
            "phoneNo": format!("91{}", mobile.reveal()),
            "hip": {
                "id": self.service_id(&facts.facility),
                "name": self.facility_name(&facts.facility),
            },
        }});
        Ok(self.to_gateway("/hip/v3/link/patient/links/sms/notify2", facts.facility, &body))
    }

    async fn care_context(
        &self,
        care_context: &StreamId,
    ) -> Result<(CareContextFacts, CareContext), TaskError> {
        let mut state = self.ports.dispatcher.load::<CareContext>(care_context).await?;
        match state.facts.take() {
            Some(facts) => Ok((facts, state)),
            None => Err(TaskError::never("there is no such care context")),
        }
    }
}

/// The patient for whom a token was requested.
enum LinkQuestion {
    /// A patient with visits.
    Known(SubjectId),
    /// A patient named by the record system.
    Named(Sealed<AskedPerson>),
}

async fn known(ports: &Ports, subject: SubjectId) -> Result<AskedPerson, TaskError> {
    let person = demographics(ports, subject).await?;
    let abha = abha(ports, subject).await?;
    let name = Phi::new(person.name_for_network().to_owned());
    let year_of_birth = person.year_of_birth;
    Ok(AskedPerson {
        abha_address: Phi::new(abha_address(&abha)?.to_owned()),
        abha_number: abha.number,
        name,
        gender: person.gender,
        year_of_birth: year_of_birth
            .ok_or_else(|| TaskError::never("the patient's year of birth is not known"))?,
    })
}
