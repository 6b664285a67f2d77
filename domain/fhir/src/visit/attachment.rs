//! Bytes that travel inside the visit document.

use serde::{Deserialize, Serialize};

use super::Moment;

/// An image or a paper.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Attachment {
    /// A name for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A media type of the short list in the schema.
    pub content_type: String,
    /// Base64 with padding; decodes to at most 10 MiB.
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
    /// A media type of the short list in the schema.
    pub content_type: String,
    /// Base64 with padding; decodes to at most 10 MiB.
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
