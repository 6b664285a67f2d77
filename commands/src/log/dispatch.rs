//! Executes commands: load the state, decide, append; after a conflict, decide again.

use std::sync::Arc;

use cqrs_es::{Aggregate, AggregateError, CqrsFramework};
use hip_domain::aggregate::LogEvent;
use hip_domain::stream::StreamId;
use thiserror::Error;

use crate::log::store::{AggregateStore, StateCache, metadata};
use crate::port::Log;
use crate::port::log::{Appended, LogError, Origin};

/// How often a command is decided again after a conflict on its stream.
///
/// Three: a stream belongs to one patient or one request, so a fourth conflict in a row is a bug, not load.
const CONFLICT_RETRY_COUNT_MAX: u32 = 3;

/// Executes commands on aggregates.
#[derive(Clone)]
pub struct Dispatcher {
    log: Arc<dyn Log>,
    cache: Option<StateCache>,
}

/// Why a command had no effect.
#[derive(Debug, Error)]
pub enum DispatchError<E: std::error::Error + 'static> {
    /// The aggregate refused the command.
    #[error(transparent)]
    Refused(E),
    /// There were too many conflicts with other writers on this stream.
    #[error("the stream kept changing while the command was decided")]
    Conflict,
    /// The log could not be read or written.
    #[error(transparent)]
    Log(LogError),
    /// The stream contains an event that is not one of its aggregate's.
    #[error("the stream cannot be read")]
    Undecodable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Dispatcher {
    /// Creates a dispatcher over `log`, optionally with a cache of states.
    pub fn new(log: Arc<dyn Log>, cache: Option<StateCache>) -> Self {
        Self { log, cache }
    }

    /// A dispatcher for a draft.
    pub(crate) fn drafted(&self, draft: Arc<dyn Log>) -> Self {
        Self { log: draft, cache: self.cache.as_ref().map(StateCache::drafted) }
    }

    /// Forgets the states of the draft.
    pub(crate) fn undo_drafted(&self) {
        self.cache.iter().for_each(StateCache::undo_drafted);
    }

    /// The draft is stored: its states are those of the log.
    pub(crate) fn keep_drafted(&self) {
        self.cache.iter().for_each(StateCache::keep_drafted);
    }

    /// Executes a command. `key` is its append key: a repeated command with the same key stores nothing, so it is
    /// safe to retry after a crash.
    ///
    /// Returns the position of the last stored event; `None` if nothing was stored.
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
        // The subject of an event in a patient's own stream is always that patient.
        let origin = &origin.about(stream.person());
        for _ in 0..=CONFLICT_RETRY_COUNT_MAX {
            let store = AggregateStore::<A>::new(Arc::clone(&self.log), cache.clone());
            let receipt = store.receipt();
            let framework = CqrsFramework::new(store, vec![], ());
            let metadata = metadata(key.to_owned(), origin);
            match framework.execute_with_metadata(stream.as_str(), command.clone(), metadata).await
            {
                Ok(()) => {
                    let receipt = receipt.lock();
                    return Ok(match *receipt {
                        Some(Appended::Stored { position, .. }) => Some(position),
                        Some(Appended::Duplicate { .. }) | None => None,
                    });
                }
                // A refusal based on a cached state may be wrong, so it is decided again with the stored state.
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

    /// The current state of a stream. If it is in the cache, the log is asked for what came after it. A command that
    /// follows need not read it again.
    pub async fn load<A>(&self, stream: &StreamId) -> Result<A, DispatchError<A::Error>>
    where
        A: Aggregate<Services = ()> + Clone + 'static,
        A::Event: LogEvent,
    {
        let store = AggregateStore::<A>::new(Arc::clone(&self.log), self.cache.clone());
        let loaded = store.load_current(stream).await.map_err(DispatchError::from_framework)?;
        if let Some(cache) = &self.cache {
            cache.note(&loaded);
        }
        Ok(loaded.into_state())
    }

    /// The state of a stream that this process knew last. It may be outdated, so it is only for what never changes.
    pub fn recent<A: Clone + Send + Sync + 'static>(&self, stream: &StreamId) -> Option<A> {
        self.cache.as_ref()?.state(stream)
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
