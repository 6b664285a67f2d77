//! A picture.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{Attachment, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Media<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) modality: Option<CodeableConcept<'a>>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) created_date_time: Option<&'a str>,
    pub(crate) content: Attachment<'a>,
}
