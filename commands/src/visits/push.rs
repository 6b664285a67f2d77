//! The facility's door: a visit is checked, its person recognised, and both are stored.

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

/// What became of a push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The visit code.
    pub visit_code: String,
    /// The facility.
    pub facility: FacilityId,
    /// The visit's stream.
    pub stream: StreamId,
    /// Whether anything changed: a push may be repeated.
    pub changed: bool,
    /// What is odd in the document.
    pub warnings: Vec<VisitWarning>,
}

/// Why a push was refused.
#[derive(Debug, Error)]
pub enum RecordError {
    /// The document does not fit the schema; every fault with its path.
    #[error("the visit document does not fit its schema")]
    Invalid(VisitErrors),
    /// A part of it can be no identifier of the network.
    #[error("{path} {source}")]
    Identifier {
        /// Where.
        path: &'static str,
        /// What it must look like.
        #[source]
        source: InvalidId,
    },
    /// The facility is not served here, or not the caller's: which of the two is not theirs to learn.
    #[error("facility.abdmFacilityId is not a facility of the caller")]
    UnknownFacility,
    /// The push contradicts an earlier one.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The person could not be stored.
    #[error(transparent)]
    Person(#[from] RegistrationError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Stores a visit document. Returns when the visit is durable; documents and links follow.
pub async fn record(
    ports: &Ports,
    caller: &Caller,
    document: &str,
) -> Result<Recorded, RecordError> {
    let document = without_mark(document);
    // First of all: whose visit is not the caller's to push is not theirs to have checked, either.
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

/// A visit document that we have asked for.
///
/// Whoever pushes says by the `eventId` whether it is the same push; whoever is asked may answer with
/// a fresh one each time, or with none. So it is set aside: what else the document says decides.
pub struct Fetched(VisitDocument);

impl Fetched {
    /// Reads a document, whatever its `eventId` is.
    pub fn parse(text: &str) -> Result<Self, VisitErrors> {
        let text = without_mark(text);
        let without_id = match serde_json::from_str(text) {
            Ok(serde_json::Value::Object(mut members)) => {
                members.insert("eventId".to_owned(), json!(Uuid::nil()));
                serde_json::Value::Object(members).to_string()
            }
            // No document at all: the parser says in which way.
            Ok(_) | Err(_) => text.to_owned(),
        };
        VisitDocument::parse(without_id.as_bytes()).map(Self)
    }

    /// The visit that it is of.
    pub fn visit_code(&self) -> &str {
        &self.0.visit.visit_code
    }

    /// The facility that it names.
    pub fn facility(&self) -> &str {
        &self.0.facility.abdm_facility_id
    }
}

/// Stores a document that was fetched because of `trigger`. Fetched again it changes nothing, unless
/// it says something else.
pub async fn record_fetched(
    ports: &Ports,
    Fetched(mut visit): Fetched,
    trigger: &str,
) -> Result<Recorded, RecordError> {
    let facility = facility(ports, &visit)?;
    let names = Pseudonymizer { ports, facility: &facility };
    let content = serde_json::to_string(&visit).expect("our own types serialise");
    let digest = names.of(LookupKey::Content(&content)).await?;
    // The digest is keyed, so the id, which is in clear, tells nothing. The trigger keeps two
    // amendments apart of which the second takes the first back.
    visit.event_id = Uuid::new_v5(&FETCHED, format!("{trigger}\n{digest}").as_bytes());
    let document = serde_json::to_string(&visit).expect("our own types serialise");
    store(&names, &visit, &document, digest).await
}

/// The name space of the ids of fetched visits.
const FETCHED: Uuid = Uuid::from_u128(0x2d9c_61f5_0f0e_4b53_8a53_6f0a_1d5e_7c42);

/// A text without the byte order mark that some programs put in front of UTF-8.
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
    // The same push of the same content does each part once.
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

/// The facility that a document names, be it otherwise none.
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

/// Who the visit says the patient is, in ABDM's spelling.
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

/// The name in Latin letters, when the record has it beside one in another script: as such, or in parts.
fn name_latin(beneficiary: &Beneficiary) -> Option<String> {
    if beneficiary.name_latin.is_some() || is_latin(&beneficiary.name) {
        return beneficiary.name_latin.clone();
    }
    let Beneficiary { first_name, middle_name, last_name, .. } = beneficiary;
    let parts = [first_name.as_deref(), middle_name.as_deref(), last_name.as_deref()];
    let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    // A first name alone is not the name.
    let is_whole = first_name.is_some() && last_name.is_some();
    Some(name).filter(|name| is_whole && is_latin(name))
}

/// AMRIT's words for ABDM's letters. AMRIT sends every other gender as `O`.
const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "M",
        Gender::Female => "F",
        Gender::Transgender | Gender::Other => "O",
        Gender::Unknown => "U",
    }
}

/// From the date of birth, or from the age at the visit.
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
