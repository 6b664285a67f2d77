//! Finds pages that are being pushed.

use async_trait::async_trait;
use hip_domain::id::{ConsentId, RequestId};

use super::patient_directory::DirectoryError;

/// The read model of transfers.
#[async_trait]
pub trait TransferDirectory: Send + Sync {
    /// Whether a page under this consent may still be in transit: attempted before `position`, with unknown result.
    /// Also `true` if the read model has not reached `position` or has parked events.
    async fn on_its_way(&self, consent: &ConsentId, position: i64) -> Result<bool, DirectoryError>;

    /// Pushes to any HIU that were given up with HTTP status 401 in the last hour; `None` if the read model has not
    /// reached `position` yet.
    async fn unauthorized_pushes(
        &self,
        position: i64,
    ) -> Result<Option<Vec<RequestId>>, DirectoryError>;
}
