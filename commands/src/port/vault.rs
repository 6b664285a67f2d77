//! Keys, and what is done with them.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use thiserror::Error;
use zeroize::Zeroizing;

use super::log::StoredEvent;
use crate::patients::lookup::LookupKey;

/// Opens what the log has sealed, and names people without naming them.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The confidential part of an event that has one.
    async fn open(&self, event: &StoredEvent) -> Result<Opened, VaultError>;

    /// The pseudonym of something personal at a facility.
    async fn pseudonym(
        &self,
        facility: &FacilityId,
        lookup: &LookupKey<'_>,
    ) -> Result<Pseudonym, VaultError>;

    /// The pseudonym of something personal that is the same at every facility of this service.
    async fn service_pseudonym(&self, lookup: &LookupKey<'_>) -> Result<Pseudonym, VaultError>;

    /// Ties the key of a raw message to the data principal it turned out to be about, so that
    /// erasing the person erases the message. Tied once, it stays tied; tied to somebody who is erased,
    /// it is destroyed.
    async fn attach_key(&self, message: SubjectId, subject: SubjectId) -> Result<(), VaultError>;

    /// Whether the key of a data principal is destroyed. It is asked of the key store each time.
    async fn is_erased(&self, subject: SubjectId) -> Result<bool, VaultError>;
}

/// What an envelope held.
pub enum Opened {
    /// The bytes.
    Plain(Zeroizing<Vec<u8>>),
    /// The key is destroyed.
    Erased,
}

/// Why nothing could be opened or named.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key store cannot be reached.
    #[error("the key store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The key was wrapped by another key-encryption key than the one configured.
    #[error("a key was wrapped by key-encryption key {0}, which is not configured")]
    OtherKek(String),
    /// The envelope does not belong to this event, or was changed.
    #[error("the envelope of the event at position {0} cannot be opened")]
    Damaged(i64),
}
