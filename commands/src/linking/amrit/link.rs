//! Links a visit for AMRIT, even if the visit has not been pushed yet.

use hip_domain::care_context::{CareContext, CareContextCommand, CareContextFacts, Link};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, FacilityId, RequestId, SubjectId};
use hip_domain::link_token::{AskedPerson, LinkToken, LinkTokenCommand, LinkTokenEvent};
use hip_domain::outbound::{Outbound, OutboundEvent};
use hip_domain::patient::Demographics;
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::visit::{Visit, VisitFacts};

use super::token::{self, TokenAnswer};
use super::{AmritError, Refused};
use crate::accountability::erasure::unless_erased;
use crate::operations::abdm_error::OwnCode;
use crate::operations::abdm_error::{self, Context};
use crate::patients::lookup::LookupKey;
use crate::patients::patient_data::{self, require_open};
use crate::ports::Ports;
use crate::tasks::TaskError;
use crate::visits::registration::{Person, Pseudonymizer, Registration};

/// A link request of AMRIT.
pub struct Wish<'a> {
    /// The facility of the visit.
    pub facility: &'a FacilityId,
    /// The facility's own id of the patient.
    pub beneficiary_id: &'a str,
    /// The ABHA address.
    pub abha_address: &'a str,
    /// The ABHA number, as typed.
    pub abha_number: Option<&'a str>,
    /// The id of the token request, if the caller polls for its result.
    pub request_id: Option<RequestId>,
    /// The visit code.
    pub visit_code: &'a str,
    /// AMRIT's category of the visit.
    pub visit_category: &'a str,
}

/// The immediate result of a link request.
#[derive(Debug)]
pub enum Begun {
    /// The care context will be linked; its stream.
    Linking(StreamId),
    /// There is no usable link token, for this reason.
    NoToken(TokenAnswer),
}

/// The result of a link, as far as AMRIT waits for it.
#[derive(Debug)]
pub enum Ended {
    /// The gateway accepted the request, or the visit is already linked.
    Added,
    /// The gateway refused the link.
    Refused(Refused),
}

/// Starts to link a visit with the existing link token; [`look`] returns the result.
///
/// # Errors
///
/// The log or the keys cannot be used, or the visit code is not valid.
pub async fn begin(ports: &Ports, wish: &Wish<'_>) -> Result<Begun, AmritError> {
    let reference = CareContextReference::parse(wish.visit_code)
        .map_err(|source| AmritError::Identifier { field: "visitCode", source })?;
    let names = Pseudonymizer { ports, facility: wish.facility };
    let token_stream = names.link_token(wish.abha_address).await?;
    let tokens = ports.dispatcher.load::<LinkToken>(&token_stream).await?;
    if tokens.usable(ports.clock.now()).is_none() {
        let answer = token::answer(ports, &token_stream, wish.request_id).await?;
        return Ok(Begun::NoToken(answer));
    }
    let name = care_context_name(wish.beneficiary_id, &reference);
    let name = names.of(LookupKey::CareContext(&name)).await?;
    let care_context = StreamId::care_context(wish.facility, &name);
    let code = names.of(LookupKey::Visit(reference.as_str())).await?;
    let visit = StreamId::visit(wish.facility, &code);
    let known = ports.dispatcher.load::<Visit>(&visit).await?.facts;
    if known.as_ref().is_some_and(|facts| is_of_another(facts, &care_context, &token_stream)) {
        return Err(AmritError::OtherPatient);
    }

    let request_id = RequestId(ports.ids.random());
    let key = format!("amrit:link:{request_id}");
    let registration = Registration { names: &names, correlation: request_id.0, key };
    let subject = register(&registration, &token_stream, wish).await?;
    let asked = unless_erased(ports, tokens.subject).await?;
    if let Some(asked) = asked.filter(|asked| *asked != subject) {
        // The token was stored under its own key, which is erased with the patient.
        ports.vault.attach_key(asked, subject).await?;
    }
    let asks = Asks { registration: &registration, care_context: &care_context, subject };
    let is_new = match known {
        Some(_) => false,
        None => asks.announce(wish, reference, visit, &token_stream).await?,
    };
    if !is_new {
        asks.need_token(&token_stream, request_id).await?;
    }
    Ok(Begun::Linking(care_context))
}

/// Whether a pushed visit belongs to a different patient than the one named. AMRIT's request must not give access to
/// the records of another patient.
fn is_of_another(facts: &VisitFacts, care_context: &StreamId, token_stream: &StreamId) -> bool {
    let has_another_address =
        facts.link_token_stream.as_ref().is_some_and(|theirs| theirs != token_stream);
    facts.care_context_stream != *care_context || has_another_address
}

/// A care context to link.
struct Asks<'a> {
    registration: &'a Registration<'a>,
    care_context: &'a StreamId,
    subject: SubjectId,
}

impl Asks<'_> {
    /// Registers the care context of a visit that has not been pushed yet, with the types that the visit category
    /// usually has. The pushed visit later adds the actual types. `true` if the care context is new.
    async fn announce(
        &self,
        wish: &Wish<'_>,
        reference: CareContextReference,
        visit: StreamId,
        token_stream: &StreamId,
    ) -> Result<bool, AmritError> {
        let Registration { names, key, .. } = self.registration;
        let command = CareContextCommand::Register {
            facts: CareContextFacts {
                facility: wish.facility.clone(),
                reference,
                subject: self.subject,
                visit,
                visited_at: names.ports.clock.now(),
            },
            hi_types: kinds(wish.visit_category),
            link_with: Some(token_stream.clone()),
            revision: 0,
        };
        let origin = self.registration.origin(Some(self.subject), false);
        let dispatcher = &names.ports.dispatcher;
        let stored =
            dispatcher.execute::<CareContext>(self.care_context, command, key, &origin).await?;
        Ok(stored.is_some())
    }

    /// Already known: requests a token again, whatever the earlier result was.
    async fn need_token(
        &self,
        token_stream: &StreamId,
        request_id: RequestId,
    ) -> Result<(), AmritError> {
        let Pseudonymizer { ports, facility } = self.registration.names;
        let command = LinkTokenCommand::Need {
            care_context: self.care_context.clone(),
            facility: (*facility).clone(),
            subject: self.subject,
            request_id,
            limits: ports.settings.token_limits,
            now: ports.clock.now(),
        };
        let key = format!("{}:need", self.registration.key);
        let origin = self.registration.origin(Some(self.subject), false);
        ports.dispatcher.execute::<LinkToken>(token_stream, command, &key, &origin).await?;
        Ok(())
    }
}

/// Attaches the ABHA to the patient. The demographics come from the patient's visits; if there is none yet, from
/// AMRIT's request.
async fn register(
    registration: &Registration<'_>,
    token_stream: &StreamId,
    wish: &Wish<'_>,
) -> Result<SubjectId, AmritError> {
    let ports = registration.names.ports;
    let demographics = match registration.known(wish.beneficiary_id).await? {
        Some(subject) => patient_data::demographics(ports, subject).await?,
        None => asked_for(ports, token_stream, wish).await?,
    };
    let person = Person {
        demographics,
        abha_address: Some(wish.abha_address),
        abha_number: wish.abha_number,
    };
    Ok(registration.register(&person).await?)
}

/// The types by AMRIT's own rule, as far as the category determines them.
fn kinds(category: &str) -> Vec<HiType> {
    let category = category.trim();
    let is_consultation = ["General OPD", "General OPD (QC)"]
        .iter()
        .any(|known| category.eq_ignore_ascii_case(known));
    let consultation = is_consultation.then_some(HiType::OpConsultation);
    consultation.into_iter().chain([HiType::DischargeSummary]).collect()
}

/// The patient's demographics from AMRIT's token request.
async fn asked_for(
    ports: &Ports,
    token_stream: &StreamId,
    wish: &Wish<'_>,
) -> Result<Demographics, AmritError> {
    let asked = ports.newest(token_stream, |event| {
        let Event::LinkToken(LinkTokenEvent::Asked { person, .. }) = event else {
            return None;
        };
        Some(person)
    });
    let asked = asked.await.map_err(TaskError::from)?.ok_or(AmritError::UnknownPerson)?;
    let why = "the person cannot be read any more";
    let AskedPerson { name, gender, year_of_birth, .. } = require_open(Some(asked.event), why)?;
    Ok(Demographics {
        reference: wish.beneficiary_id.to_owned().into(),
        name,
        name_latin: None,
        gender,
        year_of_birth: Some(year_of_birth),
        mobile: None,
    })
}

/// The result of a link; `None` until the gateway has accepted or refused it.
///
/// # Errors
///
/// The log or the keys cannot be used.
pub async fn look(ports: &Ports, care_context: &StreamId) -> Result<Option<Ended>, AmritError> {
    match ports.dispatcher.load::<CareContext>(care_context).await?.link {
        Link::Linked => Ok(Some(Ended::Added)),
        Link::Requested { request_id, .. } => outcome(ports, request_id).await,
        Link::Unlinked => Ok(None),
    }
}

/// The result of a call; `None` until it is known.
async fn outcome(ports: &Ports, request_id: RequestId) -> Result<Option<Ended>, AmritError> {
    let stream = StreamId::outbound(request_id);
    let call = ports.dispatcher.load::<Outbound>(&stream).await?;
    if let Outbound::Accepted { .. } = call {
        return Ok(Some(Ended::Added));
    }
    let refused = ports.newest(&stream, |event| {
        let Event::Outbound(OutboundEvent::Abandoned { code, .. }) = event else {
            return None;
        };
        Some(code)
    });
    let refused = refused.await.map_err(TaskError::from)?;
    Ok(refused.map(|recorded| {
        let code = recorded.event.unwrap_or_else(|| OwnCode::NotSent.into());
        let what = abdm_error::lookup(&code, Context::OnCareContext).what;
        Ended::Refused(Refused { code, what })
    }))
}
