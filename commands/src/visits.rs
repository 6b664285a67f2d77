//! The facility's door: a visit is checked, its person recognised, and both are stored.

use abdm_fhir::visit::{AgeUnit, Gender, VisitDocument, VisitErrors};
use chrono::{Datelike, Days, Months};
use hip_domain::id::{CareContextReference, FacilityId, InvalidId, Pseudonym, SubjectId};
use hip_domain::identity::{Identity, IdentityCommand, IdentityError};
use hip_domain::patient::{
    Abha, AbhaLookups, Demographics, Lookups, Patient, PatientCommand, PatientError,
};
use hip_domain::sensitive::Phi;
use hip_domain::stream::{StreamId, care_context_name};
use hip_domain::visit::{Visit, VisitCommand, VisitError, VisitFacts};
use thiserror::Error;

use crate::dispatch::DispatchError;
use crate::lookup::{self, Lookup};
use crate::port::log::{Actor, Origin};
use crate::port::vault::VaultError;
use crate::provider::Provider;

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
    /// The facility is not served here.
    #[error("facility.abdmFacilityId is not a facility of this service")]
    UnknownFacility,
    /// The push contradicts an earlier one.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The patient could not be stored.
    #[error(transparent)]
    Patient(#[from] DispatchError<PatientError>),
    /// The person could not be recognised.
    #[error(transparent)]
    Identity(#[from] DispatchError<IdentityError>),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Stores a visit document. Returns when the visit is durable; documents and links follow.
pub async fn record(provider: &Provider, document: &str) -> Result<Recorded, RecordError> {
    let visit = VisitDocument::parse(document.as_bytes()).map_err(RecordError::Invalid)?;
    let facility = facility(provider, &visit)?;
    let reference = CareContextReference::parse(visit.visit.visit_code.clone())
        .map_err(|source| RecordError::Identifier { path: "visit.visitCode", source })?;

    let names = Names { provider, facility: &facility };
    let digest = names.of(Lookup::Content(document)).await?;
    let push = Push { provider, facility: &facility, visit: &visit, digest: &digest };

    let subject = push.recognise(&names).await?;
    let abha = push.abha(&names).await?;
    let link_token_stream = abha.as_ref().and_then(|(lookups, _)| {
        lookups.address.as_ref().map(|address| StreamId::link_token(&facility, address))
    });
    push.record_patient(&names, subject, abha).await?;

    let stream = StreamId::visit(&facility, &names.of(Lookup::Visit(reference.as_str())).await?);
    let name = care_context_name(&visit.beneficiary.beneficiary_id, &reference);
    let care_context = names.of(Lookup::CareContext(&name)).await?;
    let facts = VisitFacts {
        facility: facility.clone(),
        subject,
        care_context: reference,
        care_context_stream: StreamId::care_context(&facility, &care_context),
        link_token_stream,
        visited_at: visit.visit.visit_date.at().to_utc(),
        push_id: visit.event_id,
    };
    let command = VisitCommand::Record {
        facts,
        digest: digest.clone(),
        document: Phi::new(document.to_owned()),
    };
    let origin = push.origin(Some(subject), false);
    let stored =
        provider.dispatcher.execute::<Visit>(&stream, command, &push.key("visit"), &origin).await?;
    let visit_code = visit.visit.visit_code.clone();
    Ok(Recorded { visit_code, facility, stream, changed: stored.is_some() })
}

fn facility(provider: &Provider, visit: &VisitDocument) -> Result<FacilityId, RecordError> {
    let facility = FacilityId::parse(visit.facility.abdm_facility_id.clone())
        .map_err(|source| RecordError::Identifier { path: "facility.abdmFacilityId", source })?;
    match provider.settings.facility(&facility) {
        Some(_) => Ok(facility),
        None => Err(RecordError::UnknownFacility),
    }
}

/// Pseudonyms at one facility.
struct Names<'a> {
    provider: &'a Provider,
    facility: &'a FacilityId,
}

impl Names<'_> {
    async fn of(&self, lookup: Lookup<'_>) -> Result<Pseudonym, VaultError> {
        self.provider.vault.pseudonym(self.facility, &lookup).await
    }

    async fn of_some(&self, lookup: Option<Lookup<'_>>) -> Result<Option<Pseudonym>, VaultError> {
        match lookup {
            Some(lookup) => Ok(Some(self.of(lookup).await?)),
            None => Ok(None),
        }
    }
}

/// One push of a visit document.
struct Push<'a> {
    provider: &'a Provider,
    facility: &'a FacilityId,
    visit: &'a VisitDocument,
    digest: &'a Pseudonym,
}

impl Push<'_> {
    /// Idempotency key of one part: the same push of the same content does each part once.
    fn key(&self, part: &str) -> String {
        format!("visit:{}:{}:{}:{part}", self.facility, self.visit.event_id, self.digest)
    }

    const fn origin(&self, subject: Option<SubjectId>, new_subject: bool) -> Origin {
        Origin {
            correlation: self.visit.event_id,
            causation: None,
            actor: Actor::Door,
            subject,
            new_subject,
        }
    }

    /// The data principal: the one that is known, or a new one. Of two pushes that see the person
    /// for the first time at once, the first to be stored decides for both.
    async fn recognise(&self, names: &Names<'_>) -> Result<SubjectId, RecordError> {
        let beneficiary = Lookup::Beneficiary(&self.visit.beneficiary.beneficiary_id);
        let stream = StreamId::identity(self.facility, &names.of(beneficiary).await?);
        let dispatcher = &self.provider.dispatcher;
        if let Some(subject) = dispatcher.load::<Identity>(&stream).await?.subject {
            return Ok(subject);
        }
        let subject = SubjectId(self.provider.ids.random());
        let command = IdentityCommand::Establish { facility: self.facility.clone(), subject };
        let key = format!("identity:{subject}");
        let origin = self.origin(Some(subject), true);
        dispatcher.execute::<Identity>(&stream, command, &key, &origin).await?;
        let known = dispatcher.load::<Identity>(&stream).await?.subject;
        Ok(known.expect("an identity that was established has a subject"))
    }

    async fn abha(&self, names: &Names<'_>) -> Result<Option<(AbhaLookups, Abha)>, VaultError> {
        let beneficiary = &self.visit.beneficiary;
        let address = beneficiary.abha_address.as_deref();
        let number = beneficiary.abha_number.as_deref();
        if address.is_none() && number.is_none() {
            return Ok(None);
        }
        let lookups = AbhaLookups {
            address: names.of_some(address.map(Lookup::AbhaAddress)).await?,
            number: names.of_some(number.map(Lookup::AbhaNumber)).await?,
        };
        let abha = Abha {
            address: address.map(|text| Phi::new(lookup::abha_address(text))),
            number: number.map(|text| Phi::new(lookup::digits(text))),
        };
        Ok(Some((lookups, abha)))
    }

    async fn record_patient(
        &self,
        names: &Names<'_>,
        subject: SubjectId,
        abha: Option<(AbhaLookups, Abha)>,
    ) -> Result<(), RecordError> {
        let demographics = demographics(self.visit);
        let mobile = demographics.mobile.as_ref().map(|mobile| Lookup::Mobile(mobile.reveal()));
        let content = serde_json::to_string(&demographics).expect("our own types serialise");
        let command = PatientCommand::Record {
            facility: self.facility.clone(),
            lookups: Lookups {
                reference: names.of(Lookup::Beneficiary(demographics.reference.reveal())).await?,
                mobile: names.of_some(mobile).await?,
            },
            digest: names.of(Lookup::Content(&content)).await?,
            demographics: demographics.clone(),
            abha,
        };
        let origin = self.origin(Some(subject), false);
        let stream = StreamId::patient(subject);
        let key = self.key("patient");
        self.provider.dispatcher.execute::<Patient>(&stream, command, &key, &origin).await?;
        Ok(())
    }
}

/// Who the visit says the patient is, in ABDM's spelling.
fn demographics(visit: &VisitDocument) -> Demographics {
    let beneficiary = &visit.beneficiary;
    Demographics {
        reference: Phi::new(beneficiary.beneficiary_id.clone()),
        name: Phi::new(beneficiary.name.clone()),
        gender: Phi::new(gender(beneficiary.gender).to_owned()),
        year_of_birth: year_of_birth(visit).map(Phi::new),
        mobile: beneficiary.phone.as_deref().and_then(lookup::mobile).map(Phi::new),
    }
}

/// AMRIT's words for ABDM's letters. AMRIT sends every other gender as `O`.
const fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "M",
        Gender::Female => "F",
        Gender::Transgender => "O",
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
    let visited_on = visit.visit.visit_date.at().date_naive();
    let born_in = match age.unit {
        AgeUnit::Years => visited_on.year() - i32::try_from(age.value).ok()?,
        AgeUnit::Months => {
            visited_on.checked_sub_months(Months::new(age.value.try_into().ok()?))?.year()
        }
        AgeUnit::Days => visited_on.checked_sub_days(Days::new(age.value.try_into().ok()?))?.year(),
    };
    Some(born_in)
}
