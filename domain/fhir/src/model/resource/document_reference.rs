//! A paper.

use serde::Serialize;
use uuid::Uuid;

use crate::model::Text;
use crate::model::datatype::{Attachment, CodeableConcept, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct DocumentReference<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) status: &'static str,
    pub(crate) doc_status: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) date: &'a str,
    pub(crate) custodian: Reference<'a>,
    pub(crate) description: Text<'a>,
    pub(crate) content: [DocumentContent<'a>; 1],
}

#[derive(Serialize)]
pub(crate) struct DocumentContent<'a> {
    pub(crate) attachment: Attachment<'a>,
}
