//! The first page of a document: what it is, by whom, and its sections.

use serde::Serialize;
use uuid::Uuid;

use crate::model::datatype::{CodeableConcept, Identifier, Meta, Reference};
use crate::model::narrative::Narrative;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Composition<'a> {
    pub(crate) id: Uuid,
    pub(crate) meta: Meta,
    pub(crate) text: Narrative,
    pub(crate) identifier: Identifier<'a>,
    pub(crate) status: &'static str,
    #[serde(rename = "type")]
    pub(crate) kind: CodeableConcept<'a>,
    pub(crate) subject: Reference<'a>,
    pub(crate) encounter: Reference<'a>,
    pub(crate) date: &'a str,
    /// At least one, by the schema of the visit.
    pub(crate) author: Vec<Reference<'a>>,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) attester: Vec<Attester<'a>>,
    pub(crate) custodian: Reference<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relates_to: Option<[RelatesTo<'a>; 1]>,
    /// At least one, by the builders: a document without content is not built.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) section: Vec<Section<'a>>,
}

/// Who signed the document.
#[derive(Serialize)]
pub(crate) struct Attester<'a> {
    pub(crate) mode: &'static str,
    pub(crate) party: Reference<'a>,
}

/// Another document. It is named and not pointed at: it is not part of this one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RelatesTo<'a> {
    pub(crate) code: &'static str,
    pub(crate) target_identifier: Identifier<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Section<'a> {
    pub(crate) title: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<CodeableConcept<'a>>,
    pub(crate) text: Narrative,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) entry: Vec<Reference<'a>>,
}
