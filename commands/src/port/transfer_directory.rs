//! Which pages are on their way.

use async_trait::async_trait;
use hip_domain::id::{ConsentId, RequestId};

use super::patient_directory::DirectoryError;

/// The read model of transfers.
#[async_trait]
pub trait TransferDirectory: Send + Sync {
    /// Whether a page under this consent may be on its way: attempted before `position`, and its
    /// outcome not known. What is not caught up with `position`, or was put aside, may be, too.
    async fn on_its_way(&self, consent: &ConsentId, position: i64) -> Result<bool, DirectoryError>;

    /// Pushes that were given up with HTTP status 401 in the last hour, of any HIU; `None` when what is
    /// known does not reach `position` yet.
    async fn unauthorized_pushes(
        &self,
        position: i64,
    ) -> Result<Option<Vec<RequestId>>, DirectoryError>;
}
