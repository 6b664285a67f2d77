//! The interpreter of callbacks.

use async_trait::async_trait;

use super::Ports;
use crate::inbox::callbacks::{CallbackMessage, Verdict};
use crate::tasks::TaskError;

/// Interprets callbacks. It is a port although there is only one implementation: the results of earlier versions are
/// part of the log and may differ.
#[async_trait]
pub trait Interpreter: Send + Sync {
    /// Interprets a message and stores the effects.
    ///
    /// # Errors
    ///
    /// The message could not be processed now, or never. Errors in the message itself are part of the verdict.
    async fn interpret(
        &self,
        ports: &Ports,
        incoming: &CallbackMessage<'_>,
    ) -> Result<Verdict, TaskError>;
}
