//! Load, decide, append; decide again after a lost race.

use std::sync::Arc;

use cqrs_es::{Aggregate, AggregateError, CqrsFramework, EventStore};
use hip_domain::aggregate::LogEvent;
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::log::store::{AggregateStore, StateCache, metadata};
use crate::port::Log;
use crate::port::log::{Appended, LogError, Origin};

/// How often a command is decided again after losing a race on its stream.
///
/// Three: a stream belongs to one patient or one request, so a fourth loss in a row is a bug, not load.
const CONFLICT_RETRY_COUNT_MAX: u32 = 3;

/// Brings commands to aggregates.
#[derive(Clone)]
pub struct Dispatcher {
    log: Arc<dyn Log>,
    cache: Option<StateCache>,
}

/// Why a command had no effect.
#[derive(Debug, Error)]
pub enum DispatchError<E: std::error::Error + 'static> {
    /// The aggregate refused it.
    #[error(transparent)]
    Refused(E),
    /// Somebody else kept winning the race on this stream.
    #[error("the stream kept changing while the command was decided")]
    Conflict,
    /// The log.
    #[error(transparent)]
    Log(LogError),
    /// The stream holds something that is none of its events.
    #[error("the stream cannot be read")]
    Undecodable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Dispatcher {
    /// A dispatcher over `log`, with a cache of states when one is given.
    pub fn new(log: Arc<dyn Log>, cache: Option<StateCache>) -> Self {
        Self { log, cache }
    }

    /// Executes a command. `key` makes it safe to execute it again after a crash: what was stored
    /// once under a key is not stored again.
    ///
    /// Returns the position of the last event it led to; nothing, when nothing changed.
    pub async fn execute<A>(
        &self,
        stream: &StreamId,
        command: A::Command,
        key: &str,
        origin: &Origin,
    ) -> Result<Option<i64>, DispatchError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Event: LogEvent,
        A::Command: Clone,
    {
        let mut cache = self.cache.clone();
        // An event in a person's own stream is about that person, whatever message led to it.
        let origin = &origin.about(stream.person());
        for _ in 0..=CONFLICT_RETRY_COUNT_MAX {
            let store = AggregateStore::<A>::new(Arc::clone(&self.log), cache.clone());
            let receipt = store.receipt();
            let framework = CqrsFramework::new(store, vec![], ());
            let metadata = metadata(key.to_owned(), origin);
            match framework.execute_with_metadata(stream.as_str(), command.clone(), metadata).await
            {
                Ok(()) => {
                    let receipt = receipt.lock().expect("nobody panics while holding it");
                    return Ok(match *receipt {
                        Some(Appended::Stored { position, .. }) => Some(position),
                        Some(Appended::Duplicate { .. }) | None => None,
                    });
                }
                // A refusal is believed only from a state that was just read.
                Err(AggregateError::UserError(_)) if cache.is_some() => {}
                Err(AggregateError::UserError(refusal)) => {
                    return Err(DispatchError::Refused(refusal));
                }
                Err(AggregateError::AggregateConflict) => {}
                Err(error) => return Err(DispatchError::from_framework(error)),
            }
            if let Some(cache) = &self.cache {
                cache.forget(stream);
            }
            cache = None;
        }
        Err(DispatchError::Conflict)
    }

    /// The state of a stream as the log has it now; never from the cache.
    pub async fn load<A>(&self, stream: &StreamId) -> Result<A, DispatchError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Event: LogEvent,
    {
        let store = AggregateStore::<A>::new(Arc::clone(&self.log), None);
        let loaded = store.load_aggregate(stream.as_str()).await;
        Ok(loaded.map_err(DispatchError::from_framework)?.into_state())
    }
}

impl<E: std::error::Error + 'static> DispatchError<E> {
    fn from_framework(error: AggregateError<E>) -> Self {
        match error {
            AggregateError::UserError(refusal) => Self::Refused(refusal),
            AggregateError::AggregateConflict => Self::Conflict,
            AggregateError::DatabaseConnectionError(source) => {
                match source.downcast::<LogError>() {
                    Ok(error) => Self::Log(*error),
                    Err(source) => Self::Undecodable(source),
                }
            }
            AggregateError::DeserializationError(source)
            | AggregateError::UnexpectedError(source) => Self::Undecodable(source),
        }
    }
}
