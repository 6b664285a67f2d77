//! Tasks on one transfer record their effects one after the other.

use async_trait::async_trait;
use hip_domain::id::TransactionId;
use hip_domain::outbound::Call;

use super::Task;

/// The turns of a process.
///
/// Pages of a transfer are sent side by side and change one stream. Without turns their appends would refuse each other,
/// and each would be done again. Other processes take no part: then an append is refused, as usual.
#[async_trait]
pub trait Turns: Send + Sync {
    /// Waits for a turn on this transfer. It ends when the value is dropped.
    async fn of(&self, transaction: &TransactionId) -> Turn;
}

/// A turn, until it is dropped.
pub type Turn = Box<dyn Send>;

/// The transfer that a task changes, if its pages may be sent side by side meanwhile.
pub(super) const fn transfer(task: &Task) -> Option<&TransactionId> {
    if let Task::Call { call: Call::PushPage { transaction, .. }, .. }
    | Task::EncryptPage { transaction, .. }
    | Task::MarkPushed { transaction, .. }
    | Task::StopTransfer { transaction, .. } = task
    {
        Some(transaction)
    } else {
        None
    }
}
