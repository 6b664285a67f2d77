//! Bytes that travel inside the visit document.

use serde::{Deserialize, Deserializer, Serialize};

use super::Moment;

/// An image or a paper.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A media type of the short list in the schema; `image/jpg` is read as `image/jpeg`.
    #[serde(deserialize_with = "media_type")]
    pub content_type: String,
    /// Base64 with padding; decodes to at most 10 MiB. White space is removed when it is read.
    #[serde(deserialize_with = "base64")]
    pub data: String,
}

/// A paper that came with the visit.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ScannedDocument {
    /// A name for people.
    pub title: String,
    /// What it is a scan of; other when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<ScannedDocumentKind>,
    /// A media type of the short list in the schema; `image/jpg` is read as `image/jpeg`.
    #[serde(deserialize_with = "media_type")]
    pub content_type: String,
    /// Base64 with padding; decodes to at most 10 MiB. White space is removed when it is read.
    #[serde(deserialize_with = "base64")]
    pub data: String,
    /// When the paper was made or scanned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Moment>,
}

/// What a scanned paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ScannedDocumentKind {
    /// A handwritten prescription.
    #[serde(rename = "prescription")]
    Prescription,
    /// A laboratory report.
    #[serde(rename = "lab-report")]
    LabReport,
    /// An imaging report.
    #[serde(rename = "imaging-report")]
    ImagingReport,
    /// A discharge summary.
    #[serde(rename = "discharge-summary")]
    DischargeSummary,
    /// Anything else.
    #[serde(rename = "other")]
    Other,
}

fn media_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    Ok(if name == "image/jpg" { "image/jpeg".to_owned() } else { name })
}

fn base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(without_white_space)
}

/// Mail programs and `base64` itself break lines; FHIR readers expect none.
pub(super) fn without_white_space(mut data: String) -> String {
    data.retain(|letter| !letter.is_ascii_whitespace());
    data
}
