//! Patients, each with their care contexts.
//!
//! A document combines events of several streams, in their order. AMRIT has one for each
//! beneficiary, across all its facilities; we have one for each subject, with
//! its personal data encrypted.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::Ports;
use hip_commands::log::codec;
use hip_commands::port::document_store::{FieldPath, Fields, Index, SUBJECT};
use hip_commands::port::log::StoredEvent;
use hip_domain::care_context::{CareContextEvent, CareContextFacts};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::SubjectId;
use hip_domain::patient::{Abha, Demographics, PatientEvent};
use hip_domain::recorded::Recorded;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;

use self::shape::Shape;
use super::change::DocumentChange;
use super::collection::DocumentView;
use super::sealing::seal;
use crate::config::Preset;
use crate::postgres::vault::PgVault;
use crate::subscription::{ApplyError, Poison};

mod shape;

/// View of patients.
pub struct PatientCareContexts {
    ports: Ports,
    vault: Arc<PgVault>,
    preset: Preset,
}

/// An event's data about a patient.
enum News {
    Person(Demographics),
    Abha(Option<Abha>),
    CareContext { facts: CareContextFacts, hi_types: Vec<&'static str>, is_linked: bool },
}

/// A change of the fields of a patient's document.
type FieldsUpdate = Box<dyn FnOnce(Fields) -> Fields + Send>;

impl PatientCareContexts {
    /// Decrypts patients through the ports, and encrypts them with the vault.
    pub const fn new(ports: Ports, vault: Arc<PgVault>, preset: Preset) -> Self {
        Self { ports, vault, preset }
    }

    /// The data of an event and its patient; `None` if it has none or the patient was erased.
    async fn news(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Option<(SubjectId, News)>, ApplyError> {
        if let Event::Patient(event) = &recorded.event {
            let news = match event {
                PatientEvent::AbhaDetached { .. } => Some(News::Abha(None)),
                PatientEvent::Registered { .. }
                | PatientEvent::DemographicsChanged { .. }
                | PatientEvent::AbhaAttached { .. } => self.opened(stored).await?,
            };
            return Ok(recorded.stream.person().zip(news));
        }
        let Event::CareContext(event) = &recorded.event else { return Ok(None) };
        let (registered, is_linked) = match event {
            CareContextEvent::Registered { facts, hi_types, .. } => {
                (Some((facts.clone(), words(hi_types))), false)
            }
            CareContextEvent::Linked { .. } => (self.registered(stored).await?, true),
            CareContextEvent::LinkRequested { .. }
            | CareContextEvent::LinkRejected { .. }
            | CareContextEvent::LinkFailed { .. }
            | CareContextEvent::ChangedAfterLink { .. }
            | CareContextEvent::SmsRequested { .. } => return Ok(None),
        };
        Ok(registered.map(|(facts, hi_types)| {
            (facts.subject, News::CareContext { facts, hi_types, is_linked })
        }))
    }

    /// Decrypts demographics or ABHA of a patient.
    async fn opened(&self, stored: &StoredEvent) -> Result<Option<News>, ApplyError> {
        let opened = self.ports.open(stored).await?.event;
        let Event::Patient(event) = opened else { return Ok(None) };
        Ok(match event {
            PatientEvent::Registered { demographics, .. }
            | PatientEvent::DemographicsChanged { demographics, .. } => {
                demographics.get().cloned().map(News::Person)
            }
            PatientEvent::AbhaAttached { abha, .. } => {
                abha.get().cloned().map(|abha| News::Abha(Some(abha)))
            }
            PatientEvent::AbhaDetached { .. } => None,
        })
    }

    /// A care context as of this event.
    async fn registered(
        &self,
        stored: &StoredEvent,
    ) -> Result<Option<(CareContextFacts, Vec<&'static str>)>, ApplyError> {
        let mut newest = None;
        for earlier in self.ports.log.stream(&stored.stream, 0).await? {
            if earlier.version > stored.version {
                break;
            }
            if let Event::CareContext(CareContextEvent::Registered { facts, hi_types, .. }) =
                codec::decode(&earlier)?.event
            {
                newest = Some((facts, words(&hi_types)));
            }
        }
        Ok(newest)
    }

    /// The document key of a patient: AMRIT's id or ours.
    async fn key(&self, subject: SubjectId, news: &News) -> Result<Option<String>, ApplyError> {
        match (self.preset, news) {
            (Preset::Hip, _) => Ok(Some(subject.to_string())),
            (Preset::Amrit, News::Person(person)) => Ok(Some(person.reference.reveal().clone())),
            (Preset::Amrit, News::Abha(_) | News::CareContext { .. }) => {
                let of_patient = self.ports.log.stream(&StreamId::patient(subject), 0).await?;
                let Some(first) = of_patient.first() else { return Ok(None) };
                let Some(News::Person(person)) = self.opened(first).await? else {
                    return Ok(None);
                };
                Ok(Some(person.reference.into_inner()))
            }
        }
    }

    /// Encrypts a text with the subject's key.
    async fn sealed(
        &self,
        subject: SubjectId,
        part: &str,
        json: String,
    ) -> Result<Option<String>, ApplyError> {
        seal(&self.vault, subject, &format!("{subject}/{part}"), &Phi::new(json)).await
    }

    /// The changes to a patient's document; `None` if it would have to be encrypted and they
    /// were erased.
    async fn told(
        &self,
        subject: SubjectId,
        news: News,
        at: DateTime<Utc>,
    ) -> Result<Option<FieldsUpdate>, ApplyError> {
        let preset = self.preset;
        let json = |value: serde_json::Result<String>| value.expect("our own types serialise");
        Ok(match (preset, news) {
            (_, News::CareContext { facts, hi_types, is_linked }) => {
                let linked_at = is_linked.then_some(at);
                Some(Box::new(move |fields| {
                    Shape(preset).with_care_context(fields, &facts, &hi_types, linked_at)
                }))
            }
            (Preset::Amrit, News::Person(person)) => {
                Some(Box::new(move |fields| shape::with_person(&fields, &person)))
            }
            (Preset::Amrit, News::Abha(abha)) => {
                Some(Box::new(move |fields| shape::with_abha(&fields, abha.as_ref())))
            }
            (Preset::Hip, News::Person(person)) => {
                let person = json(serde_json::to_string(&person));
                self.sealed(subject, "person", person).await?.map(|sealed| -> FieldsUpdate {
                    Box::new(move |fields| fields.with("sealedPerson", sealed))
                })
            }
            (Preset::Hip, News::Abha(Some(abha))) => {
                let abha = json(serde_json::to_string(&abha));
                self.sealed(subject, "abha", abha).await?.map(|sealed| -> FieldsUpdate {
                    Box::new(move |fields| fields.with("sealedAbha", sealed))
                })
            }
            (Preset::Hip, News::Abha(None)) => {
                Some(Box::new(|fields| shape::without(&fields, &["sealedAbha"])))
            }
        })
    }

    /// An empty document.
    fn fresh(&self, key: &str) -> Fields {
        match self.preset {
            Preset::Hip => Fields::new().with(SUBJECT, key),
            Preset::Amrit => Fields::new().with("identifier", key).with("caseReferenceNumber", key),
        }
    }
}

fn words(hi_types: &[HiType]) -> Vec<&'static str> {
    hi_types.iter().map(|hi_type| hi_type.as_str()).collect()
}

#[async_trait]
impl DocumentView for PatientCareContexts {
    fn name(&self) -> &'static str {
        "patient_care_contexts"
    }

    fn poison(&self) -> Poison {
        Poison::QuarantinePerson
    }

    fn follows(&self, event: &Event) -> bool {
        matches!(event, Event::Patient(_) | Event::CareContext(_))
    }

    fn indexes(&self) -> Vec<Index> {
        let fields: &[&str] = match self.preset {
            Preset::Amrit => {
                &["HealthId", "HealthNumber", "careContextsList.ReferenceNumber", SUBJECT]
            }
            Preset::Hip => &["careContexts.reference", SUBJECT],
        };
        let index = |field: &&str| Index {
            field: FieldPath::parse(*field).expect("words"),
            is_unique: false,
        };
        fields.iter().map(index).collect()
    }

    async fn changes(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError> {
        let Some((subject, news)) = self.news(stored, recorded).await? else {
            return Ok(vec![]);
        };
        let Some(key) = self.key(subject, &news).await? else { return Ok(vec![]) };
        let Some(told) = self.told(subject, news, recorded.recorded_at).await? else {
            return Ok(vec![]);
        };
        let (fresh, preset) = (self.fresh(&key), self.preset);
        let edit = move |before: Option<Fields>| {
            let fields = told(before.unwrap_or(fresh));
            Some(match preset {
                Preset::Amrit => shape::with_subject(fields, subject),
                Preset::Hip => fields,
            })
        };
        Ok(vec![DocumentChange::Edit(key, Box::new(edit))])
    }
}
