//! The event store of `cqrs-es`, on top of our log.
//!
//! The state is folded from the events of the stream. A cache can save the reading. A command verifies a
//! cached state: an append checks the expected version, and a decision without events asks the log for the current
//! version.

use std::any::Any;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

use cqrs_es::{Aggregate, AggregateContext, AggregateError, EventEnvelope, EventStore};
use hip_domain::aggregate::LogEvent;
use hip_domain::event::decode;
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use parking_lot::Mutex;
use uuid::Uuid;

use crate::log::codec;
use crate::port::Log;
use crate::port::log::{Actor, Append, Appended, Expected, LogError, Origin, StoredEvent};

/// Cache of folded states, shared by all stores. Its size is limited. An entry is dropped when the log has a newer
/// version.
#[derive(Clone)]
pub struct StateCache {
    shared: Cache<StreamId, State>,
    /// In a draft: states of streams with events that are not stored.
    drafted: Option<Arc<Mutex<HashMap<StreamId, State>>>>,
}

type State = Arc<dyn Any + Send + Sync>;

struct Cached<A> {
    version: i64,
    state: A,
}

impl StateCache {
    /// Creates a cache of at most `capacity` states.
    pub fn new(capacity: u64) -> Self {
        // What was used last stays: the default would not let in what is new while the cache is full.
        let shared = Cache::builder().max_capacity(capacity).eviction_policy(EvictionPolicy::lru());
        Self { shared: shared.build(), drafted: None }
    }

    /// Removes the state of a stream.
    pub fn forget(&self, stream: &StreamId) {
        if let Some(drafted) = &self.drafted {
            drafted.lock().remove(stream);
        }
        self.shared.invalidate(stream);
    }

    /// The cache for a draft: it starts from these states, and keeps what is new to itself.
    pub(crate) fn drafted(&self) -> Self {
        Self { shared: self.shared.clone(), drafted: Some(Arc::default()) }
    }

    /// Forgets the states of the draft.
    pub(crate) fn undo_drafted(&self) {
        if let Some(drafted) = &self.drafted {
            drafted.lock().clear();
        }
    }

    /// The draft is stored: its states are shared.
    pub(crate) fn keep_drafted(&self) {
        if let Some(drafted) = &self.drafted {
            for (stream, state) in drafted.lock().drain() {
                self.shared.insert(stream, state);
            }
        }
    }

    /// Keeps a state that was read from the log.
    pub(crate) fn note<A: Clone + Send + Sync + 'static>(&self, loaded: &Loaded<A>) {
        self.put(loaded.stream.clone(), loaded.version, loaded.state.clone());
    }

    pub(crate) fn state<A: Clone + Send + Sync + 'static>(&self, stream: &StreamId) -> Option<A> {
        self.get(stream).map(|(_, state)| state)
    }

    fn get<A: Clone + Send + Sync + 'static>(&self, stream: &StreamId) -> Option<(i64, A)> {
        let drafted = self.drafted.as_ref().and_then(|drafted| drafted.lock().get(stream).cloned());
        let state = drafted.or_else(|| self.shared.get(stream))?;
        let cached = state.downcast::<Cached<A>>().ok()?;
        Some((cached.version, cached.state.clone()))
    }

    fn put<A: Send + Sync + 'static>(&self, stream: StreamId, version: i64, state: A) {
        let state: State = Arc::new(Cached { version, state });
        match &self.drafted {
            Some(drafted) => {
                drafted.lock().insert(stream, state);
            }
            None => self.shared.insert(stream, state),
        }
    }
}

/// The store of one aggregate type, for one execution.
pub struct AggregateStore<A> {
    log: Arc<dyn Log>,
    cache: Option<StateCache>,
    appended: Arc<Mutex<Option<Appended>>>,
    aggregate: PhantomData<fn() -> A>,
}

/// A state and the version of its last event.
pub struct Loaded<A> {
    stream: StreamId,
    version: i64,
    cached: bool,
    state: A,
}

impl<A: Aggregate> AggregateContext<A> for Loaded<A> {
    fn aggregate(&mut self) -> &mut A {
        &mut self.state
    }
}

impl<A> Loaded<A> {
    /// Returns the state.
    pub fn into_state(self) -> A {
        self.state
    }

    /// Whether the state came from the cache and may be outdated.
    pub const fn is_cached(&self) -> bool {
        self.cached
    }
}

impl<A> AggregateStore<A> {
    /// Creates a store over `log`; with a cache it may start from a cached state.
    pub fn new(log: Arc<dyn Log>, cache: Option<StateCache>) -> Self {
        Self { log, cache, appended: Arc::default(), aggregate: PhantomData }
    }

    /// The result of the append, set after a commit.
    pub fn receipt(&self) -> Arc<Mutex<Option<Appended>>> {
        Arc::clone(&self.appended)
    }
}

impl<A> AggregateStore<A>
where
    A: Aggregate + Clone + 'static,
    A::Event: LogEvent,
{
    /// The state as the log has it now: a cached state, and the events after it.
    pub(crate) async fn load_current(
        &self,
        stream: &StreamId,
    ) -> Result<Loaded<A>, AggregateError<A::Error>> {
        let cached = self.cache.as_ref().and_then(|cache| cache.get(stream));
        let (mut version, mut state) = cached.unwrap_or_else(|| (0, A::default()));
        for stored in self.log.clear_stream(stream, version).await.map_err(broken)? {
            version = stored.version;
            state.apply(payload::<A>(&stored)?);
        }
        Ok(Loaded { stream: stream.clone(), version, cached: false, state })
    }
}

impl<A> EventStore<A> for AggregateStore<A>
where
    A: Aggregate + Clone + 'static,
    A::Event: LogEvent,
{
    type AC = Loaded<A>;

    async fn load_events(
        &self,
        aggregate_id: &str,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let stream = StreamId::stored(aggregate_id);
        let stored = self.log.clear_stream(&stream, 0).await.map_err(broken)?;
        stored.iter().map(|event| envelope(aggregate_id, event)).collect()
    }

    async fn load_aggregate(
        &self,
        aggregate_id: &str,
    ) -> Result<Loaded<A>, AggregateError<A::Error>> {
        let stream = StreamId::stored(aggregate_id);
        if let Some((version, state)) = self.cache.as_ref().and_then(|cache| cache.get(&stream)) {
            return Ok(Loaded { stream, version, cached: true, state });
        }
        self.load_current(&stream).await
    }

    async fn commit(
        &self,
        events: Vec<A::Event>,
        context: Loaded<A>,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<A>>, AggregateError<A::Error>> {
        let Loaded { stream, version, cached, state } = context;
        if events.is_empty() {
            if cached && self.log.version(&stream).await.map_err(broken)? != version {
                return Err(AggregateError::AggregateConflict);
            }
            return Ok(Vec::new());
        }
        let append = Append {
            stream: stream.clone(),
            stream_type: A::TYPE,
            expected: Expected::Version(version),
            key: metadata.get("idem").cloned().unwrap_or_default(),
            origin: origin(&metadata),
            events: events.iter().map(codec::encode).collect(),
        };
        let appended = match self.log.append(append).await {
            Ok(appended) => appended,
            Err(LogError::Conflict { .. }) => return Err(AggregateError::AggregateConflict),
            Err(error) => return Err(broken(error)),
        };
        *self.appended.lock() = Some(appended);
        let Appended::Stored { version: reached, .. } = appended else {
            return Ok(Vec::new());
        };
        if let Some(cache) = &self.cache {
            cache.put(stream.clone(), reached, state);
        }
        let numbered = (version + 1..).zip(events);
        Ok(numbered
            .map(|(sequence, payload)| EventEnvelope {
                aggregate_id: stream.as_str().to_owned(),
                sequence: usize::try_from(sequence).expect("versions count from 1"),
                payload,
                metadata: metadata.clone(),
            })
            .collect())
    }
}

fn payload<A: Aggregate>(stored: &StoredEvent) -> Result<A::Event, AggregateError<A::Error>> {
    decode(&stored.name, stored.schema_version, &stored.clear)
        .map_err(|error| AggregateError::DeserializationError(Box::new(error)))
}

fn envelope<A: Aggregate>(
    aggregate_id: &str,
    stored: &StoredEvent,
) -> Result<EventEnvelope<A>, AggregateError<A::Error>> {
    Ok(EventEnvelope {
        aggregate_id: aggregate_id.to_owned(),
        sequence: usize::try_from(stored.version).expect("versions count from 1"),
        payload: payload::<A>(stored)?,
        metadata: HashMap::new(),
    })
}

fn broken<E: std::error::Error>(error: LogError) -> AggregateError<E> {
    AggregateError::DatabaseConnectionError(Box::new(error))
}

/// The origin and the append key as text, because `cqrs-es` passes only text from the dispatcher to this store.
pub(crate) fn metadata(key: String, origin: &Origin) -> HashMap<String, String> {
    let mut metadata = HashMap::from([
        ("idem".to_owned(), key),
        ("corr".to_owned(), origin.correlation.to_string()),
        ("actor".to_owned(), origin.actor.as_str().to_owned()),
    ]);
    if let Some(causation) = origin.causation {
        metadata.insert("caus".to_owned(), causation.to_string());
    }
    if let Some(subject) = origin.subject {
        metadata.insert("subject".to_owned(), subject.to_string());
    }
    if origin.new_subject {
        metadata.insert("key".to_owned(), "new".to_owned());
    }
    metadata
}

fn origin(metadata: &HashMap<String, String>) -> Origin {
    let uuid = |name| metadata.get(name).and_then(|text: &String| Uuid::try_parse(text).ok());
    let actor = metadata.get("actor").and_then(|word| Actor::parse(word));
    Origin {
        correlation: uuid("corr").unwrap_or_default(),
        causation: uuid("caus"),
        actor: actor.expect("the dispatcher names the actor"),
        subject: uuid("subject").map(SubjectId),
        new_subject: metadata.contains_key("key"),
    }
}
