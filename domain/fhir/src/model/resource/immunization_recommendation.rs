//! Vaccine doses that are due. A document holds one of these, with all doses.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ImmunizationRecommendation<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) patient: Reference<'a>,
    pub(crate) date: &'a str,
    pub(crate) authority: Reference<'a>,
    /// At least one, by the builder.
    pub(crate) recommendation: Vec<DueDose<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DueDose<'a> {
    pub(crate) vaccine_code: [CodeableConcept<'a>; 1],
    pub(crate) forecast_status: CodeableConcept<'a>,
    pub(crate) date_criterion: [DateCriterion<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dose_number_positive_int: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) series_doses_positive_int: Option<i64>,
}

#[derive(Serialize)]
pub(crate) struct DateCriterion<'a> {
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) value: &'a str,
}
