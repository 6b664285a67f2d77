//! The proof that one event lies under a seal.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::Hash;
use crate::digest::{Digested, link};
use crate::key::PublicKeys;
use crate::merkle::climb;
use crate::seal::{Seal, SealError};

/// What an event is, as far as its hash goes: all but its content, of which there are digests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvenEvent {
    /// Its place in the log.
    pub position: i64,
    /// Its stream.
    pub stream: String,
    /// Its place in the stream.
    pub version: i64,
    /// Its id.
    pub id: Uuid,
    /// `consent.revoked`.
    #[serde(rename = "type")]
    pub event_type: String,
    /// Of the type.
    pub schema_version: i16,
    /// When it was recorded; to the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// The conversation that it belongs to.
    pub correlation: Uuid,
    /// What led to it.
    pub causation: Option<Uuid>,
    /// Whose key seals its content; a pseudonym.
    pub subject: Option<Uuid>,
    /// How the body is laid out.
    pub codec: i16,
    /// SHA-256 of the stored body.
    #[serde(with = "hex::serde")]
    pub body_digest: Hash,
    /// SHA-256 of the stored meta.
    #[serde(with = "hex::serde")]
    pub meta_digest: Hash,
    /// The hash of the event before it in the stream, or of the stream's id.
    #[serde(with = "hex::serde")]
    pub previous_hash: Hash,
}

/// That an event was in the log when it was sealed. Anyone who has the public key can check it, anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// Which event.
    pub event: ProvenEvent,
    /// The hashes beside its way up to the root, from below.
    pub path: Vec<Node>,
    /// The seal over the root.
    pub seal: Seal,
}

/// A hash on the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Node(#[serde(with = "hex::serde")] pub Hash);

/// Why nothing is proven.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotProven {
    /// The seal is not to be believed.
    #[error("the seal cannot be read: {0}")]
    Seal(#[from] SealError),
    /// The seal is of other events.
    #[error("the seal covers {from} to {to}, not {position}")]
    Elsewhere {
        /// Its first.
        from: i64,
        /// Its last.
        to: i64,
        /// The event's.
        position: i64,
    },
    /// This event, at this place, is not what was sealed.
    #[error(
        "the proof does not lead to the sealed root: the event, its position or the path was changed"
    )]
    Root,
}

impl ProvenEvent {
    /// The hash that the chain of the stream has for it.
    pub fn hash(&self) -> Hash {
        let digested = Digested {
            event_id: self.id,
            event_type: &self.event_type,
            schema_version: self.schema_version,
            recorded_at: self.recorded_at,
            correlation_id: self.correlation,
            causation_id: self.causation,
            subject_id: self.subject,
            codec: self.codec,
            body_digest: self.body_digest,
            meta_digest: self.meta_digest,
        };
        link(&self.previous_hash, self.version, &digested.digest())
    }
}

impl Proof {
    /// A proof, from what the log and the tree say.
    pub fn new(event: ProvenEvent, path: Vec<Hash>, seal: Seal) -> Self {
        Self { event, path: path.into_iter().map(Node).collect(), seal }
    }

    /// Checks it with nothing but public keys.
    ///
    /// The name of the stream of its first event is covered by `previous_hash`, of a later one by the
    /// hashes before it, which are not here: there, the log itself tells.
    ///
    /// # Errors
    ///
    /// It proves nothing.
    pub fn check(&self, keys: &PublicKeys) -> Result<(), NotProven> {
        self.seal.check(keys)?;
        if self.reached()? == Some(self.seal.statement.root) {
            Ok(())
        } else {
            Err(NotProven::Root)
        }
    }

    /// Whether the event leads to the root of the seal. The signature is not checked.
    pub fn leads_to_root(&self) -> bool {
        self.reached() == Ok(Some(self.seal.statement.root))
    }

    /// The root that the event leads to.
    fn reached(&self) -> Result<Option<Hash>, NotProven> {
        let (statement, position) = (&self.seal.statement, self.event.position);
        let elsewhere =
            || NotProven::Elsewhere { from: statement.from, to: statement.to, position };
        let count = statement.event_count().ok_or_else(elsewhere)?;
        let index =
            position.checked_sub(statement.from).and_then(|index| u64::try_from(index).ok());
        let index = index.filter(|index| *index < count).ok_or_else(elsewhere)?;
        let path: Vec<Hash> = self.path.iter().map(|node| node.0).collect();
        Ok(climb(&self.event.hash(), index, count, &path))
    }
}
