//! A medicine that was ordered.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Dosage, Meta, Quantity, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MedicationRequest<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) intent: &'static str,
    pub(crate) medication_codeable_concept: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) authored_on: &'a str,
    pub(crate) requester: Reference<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reason_code: Vec<CodeableConcept<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) reason_reference: Vec<Reference<'a>>,
    pub(crate) dosage_instruction: [Dosage<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispense_request: Option<DispenseRequest<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DispenseRequest<'a> {
    pub(crate) quantity: Quantity<'a>,
}
