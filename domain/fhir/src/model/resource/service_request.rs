//! A test or a referral that was asked for.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ServiceRequest<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) intent: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) category: Option<[CodeableConcept<'a>; 1]>,
    /// The profile admits SNOMED CT codings only; other codes travel as text.
    pub(crate) code: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) authored_on: &'a str,
    pub(crate) requester: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) performer: Option<[Reference<'a>; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason_code: Option<[CodeableConcept<'a>; 1]>,
}
