//! A known allergy.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{Annotation, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AllergyIntolerance<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    /// Always there, unless the entry was an error (ait-1, ait-2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clinical_status: Option<CodeableConcept<'a>>,
    pub(crate) verification_status: CodeableConcept<'a>,
    pub(crate) category: [&'static str; 1],
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) patient: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded_date: Option<&'a str>,
    pub(crate) recorder: Reference<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Annotation<'a>>,
}
