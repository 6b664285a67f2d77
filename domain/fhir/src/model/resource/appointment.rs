//! The next visit.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Appointment<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    #[serde(rename = "appointmentType")]
    pub(crate) kind: CodeableConcept<'a>,
    pub(crate) description: &'static str,
    pub(crate) start: &'a str,
    pub(crate) end: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comment: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) participant: Vec<Attendee<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attendee<'a> {
    pub(crate) actor: Reference<'a>,
    pub(crate) status: &'static str,
}
