//! Who interprets the messages of the gateway.

use async_trait::async_trait;

use super::Ports;
use crate::inbox::callbacks::{CallbackMessage, Verdict};
use crate::tasks::TaskError;

/// Understands messages. A port, although we have but one interpreter: what an earlier version of it made
/// of a message is a part of the story, and is told by another.
#[async_trait]
pub trait Interpreter: Send + Sync {
    /// Understands a message and stores what it means.
    ///
    /// # Errors
    ///
    /// It could not be understood now, or never; of the message itself the verdict speaks.
    async fn interpret(
        &self,
        ports: &Ports,
        incoming: &CallbackMessage<'_>,
    ) -> Result<Verdict, TaskError>;
}
