//! Where visit documents are fetched from.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use thiserror::Error;

/// A record system that gives out visit documents.
#[async_trait]
pub trait VisitRecords: Send + Sync {
    /// The document of a visit.
    async fn fetch(&self, visit_code: &str) -> Result<Phi<String>, VisitRecordsError>;
}

/// Why there is no document. Names neither address nor content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VisitRecordsError {
    /// The record system is away.
    #[error("the record system cannot be reached")]
    Unreachable,
    /// It has something else to say. 404 too may pass: the record may not be ready yet.
    #[error("the record system answered with status {0}")]
    Status(u16),
    /// More than a visit document may have.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// Bytes that are no text.
    #[error("the document is not UTF-8")]
    NoText,
}

impl VisitRecordsError {
    /// Whether trying again may help.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Unreachable | Self::Status(_) => true,
            Self::TooLarge(_) | Self::NoText => false,
        }
    }
}
