//! Registers patients: finds the subject of a facility's patient id, or creates one.

use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use hip_domain::identity::{Identity, IdentityCommand, IdentityError};
use hip_domain::patient::{
    Abha, AbhaLookups, Demographics, Lookups, Patient, PatientCommand, PatientError,
};
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use thiserror::Error;
use uuid::Uuid;

use crate::log::dispatch::DispatchError;
use crate::patients::lookup::{self, LookupKey};
use crate::port::log::{Actor, Origin};
use crate::port::vault::VaultError;
use crate::ports::Ports;

/// Why a patient could not be registered.
#[derive(Debug, Error)]
pub enum RegistrationError {
    /// The patient stream could not be written.
    #[error(transparent)]
    Patient(#[from] DispatchError<PatientError>),
    /// The identity stream could not be read or written.
    #[error(transparent)]
    Identity(#[from] DispatchError<IdentityError>),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

/// Computes pseudonyms at one facility.
pub(crate) struct Pseudonymizer<'a> {
    pub(crate) ports: &'a Ports,
    pub(crate) facility: &'a FacilityId,
}

impl Pseudonymizer<'_> {
    pub(crate) async fn of(&self, lookup: LookupKey<'_>) -> Result<Pseudonym, VaultError> {
        self.ports.vault.pseudonym(self.facility, &lookup).await
    }

    async fn of_some(
        &self,
        lookup: Option<LookupKey<'_>>,
    ) -> Result<Option<Pseudonym>, VaultError> {
        match lookup {
            Some(lookup) => Ok(Some(self.of(lookup).await?)),
            None => Ok(None),
        }
    }

    /// The link token stream of an ABHA address.
    pub(crate) async fn link_token(&self, address: &str) -> Result<StreamId, VaultError> {
        let address = self.of(LookupKey::AbhaAddress(address)).await?;
        Ok(StreamId::link_token(self.facility, &address))
    }
}

/// A patient as a record system describes them.
pub(crate) struct Person<'a> {
    /// The demographics; `reference` is the facility's own id.
    pub(crate) demographics: Demographics,
    /// The ABHA address, as typed.
    pub(crate) abha_address: Option<&'a str>,
    /// The ABHA number, as typed.
    pub(crate) abha_number: Option<&'a str>,
}

/// One registration.
pub(crate) struct Registration<'a> {
    pub(crate) names: &'a Pseudonymizer<'a>,
    /// The correlation id.
    pub(crate) correlation: Uuid,
    /// Prefix of the append keys of all stored events.
    pub(crate) key: String,
}

impl Registration<'_> {
    pub(crate) const fn origin(&self, subject: Option<SubjectId>, new_subject: bool) -> Origin {
        let correlation = self.correlation;
        Origin { correlation, causation: None, actor: Actor::Door, subject, new_subject }
    }

    /// Stores the patient's data and returns the subject.
    pub(crate) async fn register(
        &self,
        person: &Person<'_>,
    ) -> Result<SubjectId, RegistrationError> {
        let subject = self.recognise(person.demographics.reference.reveal()).await?;
        let abha = self.abha(person).await?;
        self.record(subject, &person.demographics, abha).await?;
        Ok(subject)
    }

    /// The subject of the facility's own id, if known.
    pub(crate) async fn known(
        &self,
        beneficiary: &str,
    ) -> Result<Option<SubjectId>, RegistrationError> {
        let stream = self.identity(beneficiary).await?;
        Ok(self.names.ports.dispatcher.load::<Identity>(&stream).await?.subject)
    }

    async fn identity(&self, beneficiary: &str) -> Result<StreamId, VaultError> {
        let beneficiary = self.names.of(LookupKey::Beneficiary(beneficiary)).await?;
        Ok(StreamId::identity(self.names.facility, &beneficiary))
    }

    /// The known subject or a new one. If two processes see a patient for the first time, the first append decides
    /// for both.
    async fn recognise(&self, beneficiary: &str) -> Result<SubjectId, RegistrationError> {
        let Pseudonymizer { ports, facility } = self.names;
        let stream = self.identity(beneficiary).await?;
        let dispatcher = &ports.dispatcher;
        if let Some(subject) = dispatcher.load::<Identity>(&stream).await?.subject {
            return Ok(subject);
        }
        let subject = SubjectId(ports.ids.random());
        let command = IdentityCommand::Establish { facility: (*facility).clone(), subject };
        let key = format!("identity:{subject}");
        let origin = self.origin(Some(subject), true);
        dispatcher.execute::<Identity>(&stream, command, &key, &origin).await?;
        let known = dispatcher.load::<Identity>(&stream).await?.subject;
        Ok(known.expect("an identity that was established has a subject"))
    }

    async fn abha(&self, person: &Person<'_>) -> Result<Option<(AbhaLookups, Abha)>, VaultError> {
        let Person { abha_address: address, abha_number: number, .. } = person;
        if address.is_none() && number.is_none() {
            return Ok(None);
        }
        let lookups = AbhaLookups {
            address: self.names.of_some(address.map(LookupKey::AbhaAddress)).await?,
            number: self.names.of_some(number.map(LookupKey::AbhaNumber)).await?,
        };
        let abha = Abha {
            address: address.map(|text| Phi::new(lookup::abha_address(text))),
            number: number.map(|text| Phi::new(lookup::digits(text))),
        };
        Ok(Some((lookups, abha)))
    }

    async fn record(
        &self,
        subject: SubjectId,
        demographics: &Demographics,
        abha: Option<(AbhaLookups, Abha)>,
    ) -> Result<(), RegistrationError> {
        let names = self.names;
        let mobile = demographics.mobile.as_ref().map(|mobile| LookupKey::Mobile(mobile.reveal()));
        let content = serde_json::to_string(demographics).expect("our own types serialise");
        let command = PatientCommand::Record {
            facility: names.facility.clone(),
            lookups: Lookups {
                reference: names
                    .of(LookupKey::Beneficiary(demographics.reference.reveal()))
                    .await?,
                mobile: names.of_some(mobile).await?,
            },
            digest: names.of(LookupKey::Content(&content)).await?,
            demographics: Box::new(demographics.clone()),
            abha,
        };
        let origin = self.origin(Some(subject), false);
        let stream = StreamId::patient(subject);
        let key = format!("{}:{subject}:patient", self.key);
        names.ports.dispatcher.execute::<Patient>(&stream, command, &key, &origin).await?;
        Ok(())
    }
}
