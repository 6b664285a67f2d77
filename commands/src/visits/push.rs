//! Records a pushed visit: validates the document, registers the patient and stores both.

use abdm_fhir::visit::{AgeUnit, Beneficiary, Gender, VisitDocument, VisitErrors};
use abdm_fhir::{VisitWarning, warnings};
use chrono::{Datelike, Days, Months, TimeDelta};
use hip_domain::id::{CareContextReference, FacilityId, InvalidId, Pseudonym};
use hip_domain::patient::Demographics;
use hip_domain::sensitive::Phi;
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::visit::{Visit, VisitCommand, VisitError, VisitFacts};
use serde::Deserialize;
use serde_json::json;
use thiserror::Error;
use uuid::Uuid;

use crate::accountability::caller::Caller;
use crate::log::dispatch::DispatchError;
use crate::patients::lookup::{self, LookupKey};
use crate::patients::matching::is_latin;
use crate::port::vault::VaultError;
use crate::ports::Ports;
use crate::visits::registration::{Person, Pseudonymizer, Registration, RegistrationError};

/// The result of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The visit code.
    pub visit_code: String,
    /// The facility.
    pub facility: FacilityId,
    /// Stream of the visit.
    pub stream: StreamId,
    /// Whether anything was stored; `false` for a repeated push.
    pub changed: bool,
    /// Warnings about the document.
    pub warnings: Vec<VisitWarning>,
}

/// Why a push was refused.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The document does not match the schema; all errors with their paths.
    #[error("the visit document does not fit its schema")]
    Invalid(VisitErrors),
    /// A member is not a valid identifier.
    #[error("{path} {source}")]
    Identifier {
        /// Path of the member.
        path: &'static str,
        /// The expected format.
        #[source]
        source: InvalidId,
    },
    /// The facility is not served, or the caller may not access it. The response does not tell which.
    #[error("facility.abdmFacilityId is not a facility of the caller")]
    UnknownFacility,
    /// The push contradicts an earlier one.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The patient could not be registered.
    #[error(transparent)]
    Person(#[from] RegistrationError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Stores a visit document. The visit is durable when this returns; documents and links are created afterwards.
pub async fn record(
    ports: &Ports,
    caller: &Caller,
    document: &str,
) -> Result<Recorded, RecordError> {
    let document = without_mark(document);
    // Checked first: a caller must not get validation results for a facility that it may not access.
    if named_facility(document).is_some_and(|named| !is_callers(ports, caller, &named)) {
        return Err(RecordError::UnknownFacility);
    }
    let visit = VisitDocument::parse(document.as_bytes()).map_err(RecordError::Invalid)?;
    let facility = facility(ports, &visit)?;
    if !caller.serves(&facility) {
        return Err(RecordError::UnknownFacility);
    }
    let names = Pseudonymizer { ports, facility: &facility };
    let digest = names.of(LookupKey::Content(document)).await?;
    store(&names, &visit, document, digest).await
}

/// A visit document that this service fetched.
///
/// Its `eventId` is ignored: a pushing system repeats the id of a repeated push, but a queried system may send a new
/// id each time or none. The rest of the content decides.
pub struct Fetched(VisitDocument);

impl Fetched {
    /// Parses a document and ignores its `eventId`.
    pub fn parse(text: &str) -> Result<Self, VisitErrors> {
        let text = without_mark(text);
        let without_id = match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(mut members)) => {
                members.insert("eventId".to_owned(), json!(Uuid::nil()));
                serde_json::Value::Object(members).to_string()
            }
            // Not a JSON object: the parser reports the error.
            Ok(_) | Err(_) => text.to_owned(),
        };
        VisitDocument::parse(without_id.as_bytes()).map(Self)
    }

    /// The visit code in the document.
    pub fn visit_code(&self) -> &str {
        &self.0.visit.visit_code
    }

    /// The facility id in the document.
    pub fn facility(&self) -> &str {
        &self.0.facility.abdm_facility_id
    }
}

/// Stores a document that was fetched because of `trigger`. A repeated fetch changes nothing unless the content
/// changed.
pub async fn record_fetched(
    ports: &Ports,
    Fetched(mut visit): Fetched,
    trigger: &str,
) -> Result<Recorded, RecordError> {
    let facility = facility(ports, &visit)?;
    let names = Pseudonymizer { ports, facility: &facility };
    let content = serde_json::to_string(&visit).expect("our own types serialise");
    let digest = names.of(LookupKey::Content(&content)).await?;
    // The digest is keyed, so the id, which is stored in clear, reveals nothing. The trigger distinguishes an
    // amendment from a later one that reverts it.
    visit.event_id = Uuid::new_v5(&FETCHED, format!("{trigger}\n{digest}").as_bytes());
    let document = serde_json::to_string(&visit).expect("our own types serialise");
    store(&names, &visit, &document, digest).await
}

/// The UUID namespace for ids of fetched visits.
const FETCHED: Uuid = Uuid::from_u128(0x2d9c_61f5_0f0e_4b53_8a53_6f0a_1d5e_7c42);

/// The text without a UTF-8 byte order mark.
fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

async fn store(
    names: &Pseudonymizer<'_>,
    visit: &VisitDocument,
    document: &str,
    digest: Pseudonym,
) -> Result<Recorded, RecordError> {
    let Pseudonymizer { ports, facility } = names;
    let reference = CareContextReference::parse(visit.visit.visit_code.clone())
        .map_err(|source| RecordError::Identifier { path: "visit.visitCode", source })?;
    let beneficiary = &visit.beneficiary;
    // A repeated push with the same content stores each part once.
    let key = format!("visit:{facility}:{}:{digest}", visit.event_id);
    let registration = Registration { names, correlation: visit.event_id, key };
    let person = Person {
        demographics: demographics(visit),
        abha_address: beneficiary.abha_address.as_deref(),
        abha_number: beneficiary.abha_number.as_deref(),
    };
    let subject = registration.register(&person).await?;
    let link_token_stream = match person.abha_address {
        Some(address) => Some(names.link_token(address).await?),
        None => None,
    };

    let stream = StreamId::visit(facility, &names.of(LookupKey::Visit(reference.as_str())).await?);
    let name = care_context_name(&visit.beneficiary.beneficiary_id, &reference);
    let care_context = names.of(LookupKey::CareContext(&name)).await?;
    let facts = VisitFacts {
        facility: (*facility).clone(),
        subject,
        care_context: reference,
        care_context_stream: StreamId::care_context(facility, &care_context),
        link_token_stream,
        visited_at: visit.visit.visit_date.at().to_utc(),
        push_id: visit.event_id,
    };
    let command = VisitCommand::Record { facts, digest, document: Phi::new(document.to_owned()) };
    let origin = registration.origin(Some(subject), false);
    let key = format!("{}:{subject}:visit", registration.key);
    let stored = ports.dispatcher.execute::<Visit>(&stream, command, &key, &origin).await?;
    Ok(Recorded {
        visit_code: visit.visit.visit_code.clone(),
        facility: (*facility).clone(),
        stream,
        changed: stored.is_some(),
        warnings: warnings(visit, ports.clock.now()),
    })
}

/// The facility id in a document that may otherwise be invalid.
fn named_facility(document: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Document {
        facility: Named,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        abdm_facility_id: String,
    }
    serde_json::from_str(document).ok().map(|document: Document| document.facility.abdm_facility_id)
}

fn is_callers(ports: &Ports, caller: &Caller, named: &str) -> bool {
    let named = FacilityId::parse(named).ok();
    let served = named.and_then(|named| ports.settings.facility_named(&named));
    served.is_some_and(|served| caller.serves(&served.id))
}

fn facility(ports: &Ports, visit: &VisitDocument) -> Result<FacilityId, RecordError> {
    let facility = FacilityId::parse(visit.facility.abdm_facility_id.clone())
        .map_err(|source| RecordError::Identifier { path: "facility.abdmFacilityId", source })?;
    let known = ports.settings.facility_named(&facility);
    known.map(|known| known.id.clone()).ok_or(RecordError::UnknownFacility)
}

/// The patient's demographics from a visit, with ABDM's codes.
fn demographics(visit: &VisitDocument) -> Demographics {
    let beneficiary = &visit.beneficiary;
    Demographics {
        reference: Phi::new(beneficiary.beneficiary_id.clone()),
        name: Phi::new(beneficiary.name.clone()),
        name_latin: name_latin(beneficiary).map(Phi::new),
        gender: Phi::new(gender(beneficiary.gender).to_owned()),
        year_of_birth: year_of_birth(visit).map(Phi::new),
        mobile: beneficiary.phone.as_deref().and_then(lookup::mobile).map(Phi::new),
    }
}

/// The name in Latin letters if the main name is in another script: given as such or in parts.
fn name_latin(beneficiary: &Beneficiary) -> Option<String> {
    if beneficiary.name_latin.is_some() || is_latin(&beneficiary.name) {
        return beneficiary.name_latin.clone();
    }
    let Beneficiary { first_name, middle_name, last_name, .. } = beneficiary;
    let parts = [first_name.as_deref(), middle_name.as_deref(), last_name.as_deref()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    // The first name alone is not sufficient.
    let is_whole = first_name.is_some() && last_name.is_some();
    Some(name).filter(|name| is_whole && is_latin(name))
}

/// Maps AMRIT's gender to ABDM's code. AMRIT sends every other gender as `O`.
const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "M",
        Gender::Female => "F",
        Gender::Transgender | Gender::Other => "O",
        Gender::Unknown => "U",
    }
}

/// The year of birth from the date of birth, or from the age at the visit.
fn year_of_birth(visit: &VisitDocument) -> Option<i32> {
    let beneficiary = &visit.beneficiary;
    if let Some(date) = &beneficiary.date_of_birth {
        return date.as_str().get(..4)?.parse().ok();
    }
    let age = beneficiary.age.as_ref()?;
    let visited_at = visit.visit.visit_date.at_facility();
    let visited_on = visited_at.date_naive();
    let born_in = match age.unit {
        AgeUnit::Years => visited_on.year() - i32::try_from(age.value).ok()?,
        AgeUnit::Months => {
            visited_on.checked_sub_months(Months::new(age.value.try_into().ok()?))?.year()
        }
        AgeUnit::Days => visited_on.checked_sub_days(Days::new(age.value.try_into().ok()?))?.year(),
        AgeUnit::Hours => visited_at.checked_sub_signed(TimeDelta::try_hours(age.value)?)?.year(),
    };
    Some(born_in)
}
