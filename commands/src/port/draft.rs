//! Appends that are stored together.

use async_trait::async_trait;

use super::log::{Log, LogError};
use crate::tasks::{Due, ReadyCall};

/// A log for one task. It reads what is stored and what the task appended; all appends are stored at the end, with the
/// end of the task, or not at all.
///
/// Drafted events have no position yet: they are after everything else.
#[async_trait]
pub trait Draft: Log {
    /// The next task that follows from the drafted events, is due at once and would be this process's, with its place.
    /// Each is returned once; none if the draft is large already.
    /// Its cause has the position of the event that the whole draft results from.
    fn next_task(&self) -> Option<(DraftedTask, Due)>;

    /// The task is done: its effects are drafted, too.
    fn end(&self, task: DraftedTask);

    /// The call of the task is composed, and its attempt is drafted: it may be sent once the draft is stored.
    fn compose(&self, task: DraftedTask, call: ReadyCall);

    /// Whether nothing is drafted.
    fn is_empty(&self) -> bool;

    /// Forgets what was drafted since [`Draft::next_task`] returned this task.
    fn undo(&self, task: DraftedTask);

    /// Stores the draft and ends its task. Returns whether it was stored: another process may have changed a stream, or
    /// have the task.
    async fn store(&self, task: &TaskLease) -> Result<bool, LogError>;
}

/// A task that follows from a drafted event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftedTask {
    /// Place of its append.
    pub append: usize,
    /// Place among the tasks of the append.
    pub task: usize,
}

/// A task that this process works on.
#[derive(Debug, Clone)]
pub struct TaskLease {
    /// Its key in the outbox.
    pub key: String,
    /// Its fence: another process that takes the task has a higher one.
    pub fence: i64,
}
