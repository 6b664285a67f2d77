//! A complaint, a diagnosis or an earlier illness.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{Annotation, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Condition<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clinical_status: Option<CodeableConcept<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification_status: Option<CodeableConcept<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<[CodeableConcept<'a>; 1]>,
    /// The profile admits SNOMED CT and ICD-10 codings, nothing local.
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) onset_date_time: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) onset_string: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded_date: Option<&'a str>,
    pub(crate) recorder: Reference<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Annotation<'a>>,
}
