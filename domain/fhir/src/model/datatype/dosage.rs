//! How a medicine is to be taken.

use serde::Serialize;

use super::{CodeableConcept, Quantity};
use crate::model::Text;

/// The text is always there: it is what the patient reads, and all there is for a word that the
/// timing table does not know.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Dosage<'a> {
    pub(crate) text: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) timing: Option<Timing<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_needed_boolean: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) route: Option<CodeableConcept<'a>>,
}

#[derive(Serialize)]
pub(crate) struct Timing<'a> {
    pub(crate) repeat: Repeat<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Repeat<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bounds_duration: Option<Quantity<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) frequency: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) period_unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) when: Option<[&'static str; 1]>,
}
