//! Fetches visit documents from a record system.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use thiserror::Error;

/// A record system that provides visit documents.
#[async_trait]
pub trait VisitRecords: Send + Sync {
    /// The document of a visit.
    async fn fetch(&self, visit_code: &str) -> Result<Phi<String>, VisitRecordsError>;
}

/// Why there is no document. Contains neither address nor content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VisitRecordsError {
    /// The record system is unreachable.
    #[error("the record system cannot be reached")]
    Unreachable,
    /// The record system returned this HTTP status. Even 404 may be temporary: the record may not be ready yet.
    #[error("the record system answered with status {0}")]
    Status(u16),
    /// The document is larger than permitted.
    #[error("the document is larger than {0} bytes")]
    TooLarge(usize),
    /// The response is not text.
    #[error("the document is not UTF-8")]
    NoText,
}

impl VisitRecordsError {
    /// Whether a retry may succeed.
    pub const fn may_pass(self) -> bool {
        match self {
            Self::Unreachable | Self::Status(_) => true,
            Self::TooLarge(_) | Self::NoText => false,
        }
    }
}
