//! Something done to the patient.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{Annotation, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Procedure<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) performed_date_time: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Annotation<'a>>,
}
