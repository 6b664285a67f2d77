//! Finds the calls that belong to one conversation.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::RequestId;
use thiserror::Error;
use uuid::Uuid;

/// Finds the calls of a conversation. Their results are in the log.
#[async_trait]
pub trait CorrelationIndex: Send + Sync {
    /// The calls of a conversation planned up to `position`, in order.
    ///
    /// # Errors
    ///
    /// [`CorrelationError`] also if the index has not reached `position` after a while: retry later.
    async fn calls(
        &self,
        conversation: Uuid,
        position: i64,
    ) -> Result<Vec<RequestId>, CorrelationError>;

    /// Whether a call is still going to be sent without a replay.
    async fn is_due(&self, call: RequestId) -> Result<bool, CorrelationError>;
}

/// The calls of a conversation are not known at the moment.
#[derive(Debug, Error)]
#[error("the calls of a conversation cannot be found at the moment")]
pub struct CorrelationError(#[source] pub Box<dyn Error + Send + Sync>);
