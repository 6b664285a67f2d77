//! The report of a laboratory or of imaging.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DiagnosticReport<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) based_on: Option<[Reference<'a>; 1]>,
    pub(crate) status: &'static str,
    /// Both profiles admit LOINC codings only; other names travel as text.
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) effective_date_time: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued: Option<&'a str>,
    /// At least one, by the builder: the facility.
    pub(crate) performer: Vec<Reference<'a>>,
    pub(crate) results_interpreter: [Reference<'a>; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) specimen: Option<[Reference<'a>; 1]>,
    #[serde(flatten)]
    pub(crate) evidence: Evidence<'a>,
    pub(crate) conclusion: Text<'a>,
}

/// What the conclusion rests on; each profile requires its own.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Evidence<'a> {
    /// Of a laboratory: observations, at least one by the builder.
    Result(Vec<Reference<'a>>),
    /// Of imaging: a picture.
    Media([MediaLink<'a>; 1]),
}

#[derive(Serialize)]
pub(crate) struct MediaLink<'a> {
    pub(crate) link: Reference<'a>,
}
