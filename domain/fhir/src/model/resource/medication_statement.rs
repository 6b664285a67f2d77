//! A medicine that is being taken.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Meta, Period, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedicationStatement<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) medication_codeable_concept: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) context: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) effective_period: Option<Period<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) date_asserted: Option<&'a str>,
}
