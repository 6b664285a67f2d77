//! The event log.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::id::{EventId, SubjectId};
use hip_domain::stream::StreamId;
use thiserror::Error;
use uuid::Uuid;
use zeroize::Zeroizing;

/// The append-only log.
#[async_trait]
pub trait Log: Send + Sync {
    /// Appends events to one stream, all or none. They are durable when this returns.
    async fn append(&self, append: Append) -> Result<Appended, LogError>;

    /// The events of a stream after `version`, in order.
    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError>;

    /// Like [`Log::stream`], without the sealed parts: a decision needs none, and a transfer has many megabytes of
    /// ciphertext. To open one, read it again with [`Ports::open`](crate::Ports::open).
    async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.stream(stream, version).await
    }

    /// Whether the log takes it that this stream does not exist, and checks it later: a [`Draft`](super::Draft) does. The
    /// caller must append the first event of the stream.
    fn presume_new(&self, _stream: &StreamId) -> bool {
        false
    }

    /// The version of a stream; 0 if it does not exist.
    async fn version(&self, stream: &StreamId) -> Result<i64, LogError>;

    /// The version written by the append with this idempotency key; `None` if there was none.
    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError>;

    /// Up to `limit` events after `position`, in the order of the log. An empty page means that there are none yet.
    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError>;

    /// The event at a position, whole; `None` if there is none yet.
    async fn at(&self, position: i64) -> Result<Option<StoredEvent>, LogError> {
        Ok(self.page(position - 1, 1).await?.pop())
    }

    /// Like [`Log::page`], without the sealed parts, for readers that open few of them. To open one, read it again
    /// with [`Ports::open`](crate::Ports::open).
    async fn clear_page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.page(position, limit).await
    }

    /// The same event with its sealed part, which was left out when it was read.
    async fn whole(&self, left_sealed: &StoredEvent) -> Result<StoredEvent, LogError> {
        let position = left_sealed.position;
        self.at(position)
            .await?
            .ok_or(LogError::Damaged { position, what: "there is no such event" })
    }

    /// The position of the newest event; 0 in an empty log.
    async fn head(&self) -> Result<i64, LogError>;
}

/// An append: events for one stream.
#[derive(Debug)]
pub struct Append {
    /// The stream.
    pub stream: StreamId,
    /// The category of the stream, for operators.
    pub stream_type: &'static str,
    /// The version of the stream on which the decision was based.
    pub expected: Expected,
    /// The append key (idempotency key). Only the first append with a key stores events.
    pub key: String,
    /// Origin of these events.
    pub origin: Origin,
    /// The events; at least one.
    pub events: Vec<NewEvent>,
}

/// The origin of events.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The correlation id.
    pub correlation: Uuid,
    /// Id of the event or message that led to these events.
    pub causation: Option<Uuid>,
    /// The part of the program that decided.
    pub actor: Actor,
    /// The patient. Their data key encrypts the sealed parts.
    pub subject: Option<SubjectId>,
    /// The subject is new: its data key is created in the transaction of the append.
    pub new_subject: bool,
}

impl Origin {
    /// The same origin with this subject; unchanged if it is `None`.
    #[must_use]
    pub fn about(&self, person: Option<SubjectId>) -> Self {
        Self { subject: person.or(self.subject), ..self.clone() }
    }
}

/// The part of the program that decided. It is stored in `meta` and is never a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Input was received, for example over HTTP.
    Door,
    /// A callback was interpreted.
    Interpreter,
    /// A process manager's task was run.
    Process,
    /// A message was sent.
    Delivery,
    /// A user of the command line, who has access to the database.
    CommandLine,
}

impl Actor {
    const ALL: [Self; 5] =
        [Self::Door, Self::Interpreter, Self::Process, Self::Delivery, Self::CommandLine];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Interpreter => "interpreter",
            Self::Process => "process",
            Self::Delivery => "delivery",
            Self::CommandLine => "command-line",
        }
    }

    /// Parses a stored name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == word)
    }
}

/// The expected version of a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Any version: only for streams without decisions.
    Any,
    /// Exactly this version; 0 if the stream must not exist yet.
    Version(i64),
}

/// One event to store.
pub struct NewEvent {
    /// The stored name.
    pub name: &'static str,
    /// Schema version of the event.
    pub schema_version: i16,
    /// The clear part: JSON without personal data.
    pub clear: Vec<u8>,
    /// The plaintext of the sealed part.
    pub secret: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for NewEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEvent").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The result of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// The events were stored.
    Stored {
        /// Version of the last event.
        version: i64,
        /// Position of the last event.
        position: i64,
    },
    /// The append key was used before, so nothing was stored.
    Duplicate {
        /// The version that the first append reached.
        version: i64,
    },
}

/// An event as stored. Its sealed part is encrypted.
#[derive(Clone)]
pub struct StoredEvent {
    /// Position in the log.
    pub position: i64,
    /// The stream.
    pub stream: StreamId,
    /// Version within the stream, from 1.
    pub version: i64,
    /// Id of the event.
    pub event_id: EventId,
    /// Stored name of the event.
    pub name: String,
    /// Schema version of the event.
    pub schema_version: i16,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The correlation id.
    pub correlation: Uuid,
    /// Id of the event or message that led to this event.
    pub causation: Option<Uuid>,
    /// The patient.
    pub subject: Option<SubjectId>,
    /// The clear part: JSON without personal data.
    pub clear: Vec<u8>,
    /// The sealed part, if the event has one and it was read.
    pub envelope: Option<Envelope>,
    /// The event has a sealed part that was not read.
    pub is_left_sealed: bool,
}

impl StoredEvent {
    /// Whether the event has a sealed part.
    pub const fn is_sealed(&self) -> bool {
        self.envelope.is_some() || self.is_left_sealed
    }
}

/// The ciphertext of a sealed part.
#[derive(Clone)]
pub struct Envelope {
    /// AES-GCM nonce.
    pub nonce: [u8; 12],
    /// Ciphertext and tag.
    pub sealed: Vec<u8>,
}

/// Errors of the log.
#[derive(Debug, Error)]
pub enum LogError {
    /// The stream has a different version than expected.
    #[error("the stream is at version {version}")]
    Conflict {
        /// The current version.
        version: i64,
    },
    /// The append key was used for another stream: a bug in the code that made the key.
    #[error("the idempotency key was used for another stream")]
    KeyReused,
    /// The subject's key is destroyed, so nothing more can be stored about it.
    #[error("the data principal was erased")]
    SubjectErased,
    /// A sealed part without a subject, or the subject has no key: a bug.
    #[error("no key for the confidential part of {name}")]
    NoKey {
        /// The event's stored name.
        name: &'static str,
    },
    /// The log is unavailable. It is unknown whether an append was stored; a retry with the same key is safe.
    #[error("the event log cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The stored data is not what was written. The subscriber stops.
    #[error("the event log is damaged at position {position}: {what}")]
    Damaged {
        /// The position of the event.
        position: i64,
        /// A description of the problem.
        what: &'static str,
    },
}
