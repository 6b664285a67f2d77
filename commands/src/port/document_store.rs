//! Document collections, read by this service and by others.

pub mod document;

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::Digest;
use thiserror::Error;

pub use document::{CollectionName, Document, FieldPath, FieldValue, Fields, Put, Sought};

/// Collections of documents, each filled by one projection.
///
/// A collection exists in *generations*. Readers see the live one, under the plain name of the collection. A rebuild
/// prepares the next generation, fills it while the live one is read, compares both and promotes it. Every document
/// contains the position of its event, and is only replaced by a document with a later position. So repeated writes
/// are harmless, and an outdated writer changes nothing.
///
/// A call with several documents is not atomic; retry it after an error.
#[async_trait]
pub trait DocumentStore: Send + Sync {
    /// Whether it is the log's own database.
    fn is_in_database(&self) -> bool {
        false
    }

    /// Checks that the store responds.
    async fn ping(&self) -> Result<(), DocumentError>;

    /// Creates a generation with these indexes, unless it exists. A replaced generation must be retired before its
    /// number is used again.
    async fn prepare(
        &self,
        collection: &CollectionName,
        generation: i32,
        indexes: &[Index],
    ) -> Result<(), DocumentError>;

    /// The live generation; `None` before the first was promoted.
    async fn live(&self, collection: &CollectionName) -> Result<Option<i32>, DocumentError>;

    /// Writes each document, unless the stored document or tombstone with the same key has the same or a later
    /// position. Of several documents with one key the latest is written.
    async fn put_many(
        &self,
        collection: &CollectionName,
        generation: i32,
        puts: &[Put],
    ) -> Result<(), DocumentError>;

    /// Replaces a document by a tombstone, on the same condition. The tombstone rejects late writes of earlier
    /// positions.
    async fn remove(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
        position: i64,
    ) -> Result<(), DocumentError>;

    /// Removes the tombstones up to this position and returns their number. After the checkpoint has passed them, no
    /// late write can occur.
    async fn purge_tombstones(
        &self,
        collection: &CollectionName,
        generation: i32,
        up_to_position: i64,
    ) -> Result<u64, DocumentError>;

    /// The document with this key in the live generation.
    async fn get(
        &self,
        collection: &CollectionName,
        key: &str,
    ) -> Result<Option<Document>, DocumentError>;

    /// The document with this key in any generation, for subscribers that fill it.
    async fn get_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
    ) -> Result<Option<Document>, DocumentError>;

    /// Like [`DocumentStore::find`], in any generation.
    async fn find_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// Up to `limit` documents of the live generation with this value in this field, ordered by key. If the field is
    /// a list, one element must match; a path also goes through lists: `careContextsList.ReferenceNumber`.
    async fn find(
        &self,
        collection: &CollectionName,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// The next `limit` documents of the live generation after a key (or from the start), ordered by the bytes of the
    /// key.
    async fn page(
        &self,
        collection: &CollectionName,
        after_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError>;

    /// A digest over keys and fields of a generation, without the write times. Equal documents give the same digest
    /// in every store.
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

    /// Removes a generation that is not live, also one that was removed only in part.
    async fn retire(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError>;
}

/// The field with the subject id, or a list of them. It is indexed in every store.
pub const SUBJECT: &str = "subjectId";

/// An index of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// The indexed field.
    pub field: FieldPath,
    /// Whether two documents must not have the same value. Documents without the field are ignored.
    pub is_unique: bool,
}

/// Count and digest of a generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionDigest {
    /// Number of documents, without tombstones.
    pub count: u64,
    /// Digest over keys and fields, ordered by key.
    pub digest: Digest,
}

/// Errors of the document store. They never contain document contents.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The store is unreachable or busy. It is unknown whether the change was made; a retry is safe.
    #[error("the document store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The store rejects the request permanently, for example because of missing permissions.
    #[error("the document store refuses: {0}")]
    Refused(Box<dyn Error + Send + Sync>),
    /// The document is too large.
    #[error("the document from position {position} has {bytes} bytes, more than a store takes")]
    TooLarge {
        /// The position of its event.
        position: i64,
        /// Its size in bytes as stored.
        bytes: usize,
    },
    /// The document contains something that a store cannot keep.
    #[error("the document from position {position} has {what}")]
    Unstorable {
        /// The position of its event.
        position: i64,
        /// A description of the problem.
        what: &'static str,
    },
    /// Another document has the same value in a unique field.
    #[error("two documents of {0} have the same value in a unique field")]
    Duplicate(CollectionName),
    /// The generation was not prepared, or was replaced.
    #[error("{collection} has no generation {generation} that can be used")]
    UnknownGeneration {
        /// The collection.
        collection: CollectionName,
        /// The generation.
        generation: i32,
    },
    /// The live generation cannot be retired.
    #[error("generation {generation} of {collection} is being read")]
    Live {
        /// The collection.
        collection: CollectionName,
        /// The generation.
        generation: i32,
    },
    /// A collection with this name already exists and is not ours; promoting would remove it.
    #[error("{0} holds documents that are not ours: choose another name for the collection")]
    Foreign(CollectionName),
    /// The stored data was not written by this service.
    #[error("{0} holds a document that cannot be read")]
    NotUnderstood(CollectionName),
}

impl DocumentError {
    /// Whether a retry may succeed.
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
