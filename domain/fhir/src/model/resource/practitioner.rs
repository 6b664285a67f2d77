//! The person who answers for the document.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, ContactPoint, HumanName, Identifier, Meta};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Practitioner<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    /// At least one, by the builder.
    pub(crate) identifier: Vec<Identifier<'a>>,
    pub(crate) name: [HumanName<'a>; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) telecom: Vec<ContactPoint<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) qualification: Vec<Qualification<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Qualification<'a> {
    pub(crate) code: CodeableConcept<'a>,
}
