//! A measure of the body.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Meta, Quantity, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Observation<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) category: [CodeableConcept<'a>; 1],
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) effective_date_time: &'a str,
    pub(crate) performer: [Reference<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value_quantity: Option<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interpretation: Option<[CodeableConcept<'a>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) component: Vec<Component<'a>>,
}

/// One half of a blood pressure: a value, or the reason why there is none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component<'a> {
    pub(crate) code: CodeableConcept<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value_quantity: Option<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data_absent_reason: Option<CodeableConcept<'a>>,
}
