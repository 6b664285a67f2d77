//! Something measured or seen: a measure of the body, a result of a laboratory.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{Annotation, CodeableConcept, Meta, Quantity, Reference};
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
    #[serde(flatten)]
    pub(crate) outcome: Outcome<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interpretation: Option<[CodeableConcept<'a>; 1]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Annotation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference_range: Option<[ReferenceRange<'a>; 1]>,
}

/// What came out; named as the field of the observation that holds it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome<'a> {
    ValueQuantity(Quantity<'a>),
    ValueString(Text<'a>),
    /// Why there is no value.
    DataAbsentReason(CodeableConcept<'a>),
    /// Several values of one act, as both pressures of the blood.
    Component(Vec<Component<'a>>),
}

/// One half of a blood pressure: a value, or the reason why there is none.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Component<'a> {
    pub(crate) code: CodeableConcept<'a>,
    #[serde(flatten)]
    pub(crate) outcome: Outcome<'a>,
}

/// What is normal; the builder gives it at least one end, as R4 wants.
#[derive(Serialize)]
pub(crate) struct ReferenceRange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) low: Option<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) high: Option<Quantity<'a>>,
}
