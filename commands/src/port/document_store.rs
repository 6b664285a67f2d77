//! Documents that are read, by us and by others.

pub mod document;

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::Digest;
use thiserror::Error;

pub use document::{CollectionName, Document, FieldPath, FieldValue, Fields, Put, Sought};

/// Collections of documents, each filled by one projection.
///
/// A collection exists in *generations*. Readers see the live one, which has the collection's plain
/// name wherever names can be seen. A rebuild prepares the next, fills it beside the live one, compares
/// and promotes it. Every document carries the position of the event that it follows from, and is only
/// ever replaced by one from a later position: to write again what was written does no harm, and a
/// writer that was overtaken changes nothing.
///
/// What is written in one call is written together or in parts; after an error it is written again.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// Whether the store answers.
    async fn ping(&self) -> Result<(), DocumentError>;

    /// Makes a generation with these indexes, unless it is there. One that was replaced is retired
    /// before its number is used again.
    async fn prepare(
        &self,
        collection: &CollectionName,
        generation: i32,
        indexes: &[Index],
    ) -> Result<(), DocumentError>;

    /// The generation that is read; nothing before the first was promoted.
    async fn live(&self, collection: &CollectionName) -> Result<Option<i32>, DocumentError>;

    /// Writes each document where what is stored under its key, tombstones too, is from a lower
    /// position. Of several for one key the latest is written.
    async fn put_many(
        &self,
        collection: &CollectionName,
        generation: i32,
        puts: &[Put],
    ) -> Result<(), DocumentError>;

    /// Puts a tombstone in a document's place, on the same condition. It keeps what comes late from
    /// before this position away.
    async fn remove(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
        position: i64,
    ) -> Result<(), DocumentError>;

    /// Removes the tombstones up to this position: once the checkpoint has passed them nothing can come
    /// late any more. Says how many there were.
    async fn purge_tombstones(
        &self,
        collection: &CollectionName,
        generation: i32,
        up_to_position: i64,
    ) -> Result<u64, DocumentError>;

    /// The live document under a key.
    async fn get(
        &self,
        collection: &CollectionName,
        key: &str,
    ) -> Result<Option<Document>, DocumentError>;

    /// The document under a key in a generation, be it read or not: for who fills it.
    async fn get_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
    ) -> Result<Option<Document>, DocumentError>;

    /// As [`DocumentStore::find`], in a generation, be it read or not.
    async fn find_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// At most `limit` live documents that have this value at this place, or have it in a list there,
    /// in the order of their keys. A path goes through lists: `careContextsList.ReferenceNumber`
    /// matches when one of the list's elements does.
    async fn find(
        &self,
        collection: &CollectionName,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// The next `limit` live documents after a key, or the first, in the order of the keys' bytes.
    async fn page(
        &self,
        collection: &CollectionName,
        after_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// What a generation holds, in one line: keys and fields, and not when they were written. The same
    /// documents have the same digest in every store.
    async fn digest(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<CollectionDigest, DocumentError>;

    /// Switches reads to this generation, and freezes the previous one. Idempotent.
    async fn promote(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError>;

    /// Removes a generation that is not live, or what is left of it.
    async fn retire(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError>;
}

/// The field that says whose a document is: a person, or several. Every store finds by it without a walk.
pub const SUBJECT: &str = "subjectId";

/// What documents are looked for by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Where the value is.
    pub field: FieldPath,
    /// Whether no two documents may have the same value there. Those that have none are no matter.
    pub is_unique: bool,
}

/// What a generation holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionDigest {
    /// Documents; tombstones are none.
    pub count: u64,
    /// Over keys and fields, in the order of the keys.
    pub digest: Digest,
}

/// Why the store did not do what was asked. Never repeats what a document holds.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// It cannot be reached or is busy; whether a change was made is unknown, and to make it again
    /// does no harm.
    #[error("the document store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// It will not do this, now or later: it does not know us, or does not let us.
    #[error("the document store refuses: {0}")]
    Refused(Box<dyn Error + Send + Sync>),
    /// The document is larger than a store takes.
    #[error("the document from position {position} has {bytes} bytes, more than a store takes")]
    TooLarge {
        /// The position that it follows from.
        position: i64,
        /// Its size as it would be stored.
        bytes: usize,
    },
    /// The document has something that a store does not take.
    #[error("the document from position {position} has {what}")]
    Unstorable {
        /// The position that it follows from.
        position: i64,
        /// What.
        what: &'static str,
    },
    /// Another document has the same value in a field that is unique.
    #[error("two documents of {0} have the same value in a unique field")]
    Duplicate(CollectionName),
    /// This generation was not prepared, or was replaced.
    #[error("{collection} has no generation {generation} that can be used")]
    UnknownGeneration {
        /// Where.
        collection: CollectionName,
        /// Which.
        generation: i32,
    },
    /// The live generation is not retired.
    #[error("generation {generation} of {collection} is being read")]
    Live {
        /// Where.
        collection: CollectionName,
        /// Which.
        generation: i32,
    },
    /// Documents of others have this name; to promote would remove them.
    #[error("{0} holds documents that are not ours: choose another name for the collection")]
    Foreign(CollectionName),
    /// What is stored was not written by us.
    #[error("{0} holds a document that cannot be read")]
    NotUnderstood(CollectionName),
}

impl DocumentError {
    /// Whether trying again may help.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Unavailable(_) => true,
            Self::Refused(_)
            | Self::TooLarge { .. }
            | Self::Unstorable { .. }
            | Self::Duplicate(_)
            | Self::UnknownGeneration { .. }
            | Self::Live { .. }
            | Self::Foreign(_)
            | Self::NotUnderstood(_) => false,
        }
    }
}
