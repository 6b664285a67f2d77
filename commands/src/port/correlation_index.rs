//! Which calls belong together.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::RequestId;
use thiserror::Error;
use uuid::Uuid;

/// Finds the calls of a conversation. What became of each is in the log.
#[async_trait]
pub trait CorrelationIndex: Send + Sync {
    /// The calls of a conversation that were planned up to a position, in order.
    ///
    /// # Errors
    ///
    /// [`CorrelationError`] also when the position has not been reached after a while: then ask
    /// again later.
    async fn calls(
        &self,
        conversation: Uuid,
        position: i64,
    ) -> Result<Vec<RequestId>, CorrelationError>;

    /// Whether a call is still going to be made without anybody's doing.
    async fn is_due(&self, call: RequestId) -> Result<bool, CorrelationError>;
}

/// The calls of a conversation are not known at the moment.
#[derive(Debug, Error)]
#[error("the calls of a conversation cannot be found at the moment")]
pub struct CorrelationError(#[source] pub Box<dyn Error + Send + Sync>);
