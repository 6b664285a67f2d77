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
    /// Stores events of one stream, all or none, and returns after they are durable.
    async fn append(&self, append: Append) -> Result<Appended, LogError>;

    /// The events of a stream after `version`, in order.
    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError>;

    /// The same, with the confidential parts left in the log: a decision needs none of them, and a transfer has
    /// many megabytes of ciphertexts. What is opened of it is read again, see
    /// [`Ports::open`](crate::Ports::open).
    async fn clear_stream(
        &self,
        stream: &StreamId,
        version: i64,
    ) -> Result<Vec<StoredEvent>, LogError> {
        self.stream(stream, version).await
    }

    /// The version of a stream; 0 when it does not exist.
    async fn version(&self, stream: &StreamId) -> Result<i64, LogError>;

    /// The version written by the append with this idempotency key; `None` if there was none.
    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError>;

    /// Up to `limit` events after `position`, in global order. An empty page means "nothing yet".
    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError>;

    /// The same, with the confidential parts left in the log: for readers that open few of them. What
    /// is opened of it is read again, see [`Ports::open`](crate::Ports::open).
    async fn clear_page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.page(position, limit).await
    }

    /// The position of the newest event; 0 in an empty log.
    async fn head(&self) -> Result<i64, LogError>;
}

/// Events to store in one stream.
#[derive(Debug)]
pub struct Append {
    /// Where.
    pub stream: StreamId,
    /// The category, for operators.
    pub stream_type: &'static str,
    /// The version that the decision was made on.
    pub expected: Expected,
    /// Idempotency: the first append under a key wins, a later one is told so.
    pub key: String,
    /// Where these events come from.
    pub origin: Origin,
    /// What happened. Never empty.
    pub events: Vec<NewEvent>,
}

/// Where events come from.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The conversation.
    pub correlation: Uuid,
    /// The event or message that led here.
    pub causation: Option<Uuid>,
    /// Which part of the program decided.
    pub actor: Actor,
    /// Whose data it is; its key seals the confidential parts.
    pub subject: Option<SubjectId>,
    /// The subject is new: its key is made in the append's transaction.
    pub new_subject: bool,
}

impl Origin {
    /// The origin of an event about this person; about whom it was before, when nobody is given.
    #[must_use]
    pub fn about(&self, person: Option<SubjectId>) -> Self {
        Self { subject: person.or(self.subject), ..self.clone() }
    }
}

/// Which part of the program decided; a word of `meta`, never a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// Took something in.
    Door,
    /// Understood a message.
    Interpreter,
    /// Followed a conversation.
    Process,
    /// Sent something.
    Delivery,
    /// Was called at the command line, by whoever may reach the database.
    CommandLine,
}

impl Actor {
    const ALL: [Self; 5] =
        [Self::Door, Self::Interpreter, Self::Process, Self::Delivery, Self::CommandLine];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Door => "door",
            Self::Interpreter => "interpreter",
            Self::Process => "process",
            Self::Delivery => "delivery",
            Self::CommandLine => "command-line",
        }
    }

    /// The actor behind a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|actor| actor.as_str() == word)
    }
}

/// The version that a decision was made on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Any: only for streams in which nothing is decided.
    Any,
    /// Exactly this one; 0 for a stream that must not exist yet.
    Version(i64),
}

/// One event to store.
pub struct NewEvent {
    /// The stored name.
    pub name: &'static str,
    /// Version of its shape.
    pub schema_version: i16,
    /// The clear part: JSON without anything personal.
    pub clear: Vec<u8>,
    /// The confidential part, still open.
    pub secret: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for NewEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewEvent").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What became of an append.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Stored.
    Stored {
        /// Version of the last event.
        version: i64,
        /// Position of the last event.
        position: i64,
    },
    /// The key was used before; nothing was stored now.
    Duplicate {
        /// Version that the first append reached.
        version: i64,
    },
}

/// An event as it lies in the log, its confidential part closed.
#[derive(Clone)]
pub struct StoredEvent {
    /// Place in the log.
    pub position: i64,
    /// Its stream.
    pub stream: StreamId,
    /// Place in the stream.
    pub version: i64,
    /// Its id.
    pub event_id: EventId,
    /// Its stored name.
    pub name: String,
    /// Version of its shape.
    pub schema_version: i16,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The conversation.
    pub correlation: Uuid,
    /// What led to it.
    pub causation: Option<Uuid>,
    /// Whose data it is.
    pub subject: Option<SubjectId>,
    /// The clear part.
    pub clear: Vec<u8>,
    /// The confidential part, when it has one and it was read.
    pub envelope: Option<Envelope>,
    /// It has a confidential part, which was left in the log.
    pub is_left_sealed: bool,
}

impl StoredEvent {
    /// Whether it has a confidential part.
    pub const fn is_sealed(&self) -> bool {
        self.envelope.is_some() || self.is_left_sealed
    }
}

/// A sealed confidential part.
#[derive(Clone)]
pub struct Envelope {
    /// AES-GCM nonce.
    pub nonce: [u8; 12],
    /// Ciphertext and tag.
    pub sealed: Vec<u8>,
}

/// Why the log did not do what was asked.
#[derive(Debug, Error)]
pub enum LogError {
    /// The stream has moved on since the decision.
    #[error("the stream is at version {version}")]
    Conflict {
        /// Where it is now.
        version: i64,
    },
    /// The key was used for another stream: a bug in whoever made the key.
    #[error("the idempotency key was used for another stream")]
    KeyReused,
    /// The subject's key is destroyed: nothing more can be said of them.
    #[error("the data principal was erased")]
    SubjectErased,
    /// A confidential part without a subject, or of one that has no key: a bug.
    #[error("no key for the confidential part of {name}")]
    NoKey {
        /// The event's stored name.
        name: &'static str,
    },
    /// The log cannot be reached. Whether an append was stored is unknown; its key makes it safe
    /// to send it again.
    #[error("the event log cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// What was read is not what was written. The reader halts.
    #[error("the event log is damaged at position {position}: {what}")]
    Damaged {
        /// Where.
        position: i64,
        /// What is wrong.
        what: &'static str,
    },
}
