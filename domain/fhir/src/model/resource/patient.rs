//! The person the document is about.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{Address, CodeableConcept, ContactPoint, HumanName, Identifier, Meta};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Patient<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    /// At least one, by the builder: the profile wants 1..*.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) identifier: Vec<Identifier<'a>>,
    pub(crate) name: [HumanName<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) telecom: Vec<ContactPoint<'a>>,
    pub(crate) gender: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<Text<'a>>,
    #[serde(flatten)]
    pub(crate) deceased: Option<Deceased<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<[Address<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) marital_status: Option<CodeableConcept<'a>>,
}

/// Whether the patient has died; named as the field of the patient that holds it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Deceased<'a> {
    DeceasedBoolean(bool),
    DeceasedDateTime(&'a str),
}
