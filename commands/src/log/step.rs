//! One command of a task or of a message, with its append key and its origin.

use std::fmt::Display;

use cqrs_es::Aggregate;
use hip_domain::aggregate::LogEvent;
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;

use super::dispatch::{DispatchError, Dispatcher};
use crate::port::log::Origin;

/// A step of a task or of a message. Its key makes a repetition harmless.
pub(crate) struct Step {
    key: String,
    origin: Origin,
}

impl Step {
    pub(crate) const fn new(key: String, origin: Origin) -> Self {
        Self { key, origin }
    }

    /// One of several steps of the same task.
    pub(crate) fn part(self, part: impl Display) -> Self {
        Self { key: format!("{}:{part}", self.key), ..self }
    }

    /// The patient whose key encrypts the sealed parts; unchanged if it is `None`.
    pub(crate) fn about(self, subject: Option<SubjectId>) -> Self {
        Self { origin: self.origin.about(subject), ..self }
    }

    /// Executes the command. Returns the position of the last stored event; `None` if nothing was stored.
    pub(crate) async fn execute<A>(
        &self,
        dispatcher: &Dispatcher,
        stream: &StreamId,
        command: A::Command,
    ) -> Result<Option<i64>, DispatchError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Event: LogEvent,
        A::Command: Clone,
    {
        dispatcher.execute::<A>(stream, command, &self.key, &self.origin).await
    }
}
