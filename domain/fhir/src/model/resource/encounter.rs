//! The visit as an event.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Coding, Identifier, Meta, Period, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Encounter<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) identifier: [Identifier<'a>; 1],
    pub(crate) status: &'static str,
    pub(crate) class: Coding<'a>,
    #[serde(rename = "type")]
    pub(crate) kind: [CodeableConcept<'a>; 1],
    pub(crate) subject: Reference<'a>,
    /// At least one, by the schema of the visit.
    pub(crate) participant: Vec<Participant<'a>>,
    pub(crate) period: Period<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason_code: Option<[CodeableConcept<'a>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) diagnosis: Vec<Diagnosis<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hospitalization: Option<Hospitalization<'a>>,
    pub(crate) service_provider: Reference<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Participant<'a> {
    #[serde(rename = "type", skip_serializing_if = "Vec::is_empty")]
    pub(crate) kind: Vec<CodeableConcept<'a>>,
    pub(crate) individual: Reference<'a>,
}

/// A condition and what it was to this visit.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Diagnosis<'a> {
    pub(crate) condition: Reference<'a>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<CodeableConcept<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Hospitalization<'a> {
    pub(crate) discharge_disposition: CodeableConcept<'a>,
}
