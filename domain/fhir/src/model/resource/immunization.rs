//! A vaccine dose that was given.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{Annotation, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Immunization<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) vaccine_code: CodeableConcept<'a>,
    pub(crate) patient: Reference<'a>,
    /// Known to the year, the month or the day.
    pub(crate) occurrence_date_time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recorded: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) location: Option<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manufacturer: Option<Reference<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lot_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expiration_date: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) note: Vec<Annotation<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) protocol_applied: Option<[Protocol; 1]>,
}

/// Which dose of its series; both from 1.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Protocol {
    pub(crate) dose_number_positive_int: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) series_doses_positive_int: Option<i64>,
}
