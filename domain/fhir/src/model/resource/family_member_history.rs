//! An illness of one relative.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FamilyMemberHistory<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) patient: Reference<'a>,
    pub(crate) relationship: CodeableConcept<'a>,
    pub(crate) condition: [FamilyCondition<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FamilyCondition<'a> {
    pub(crate) code: CodeableConcept<'a>,
}
