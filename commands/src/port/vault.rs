//! Data keys and pseudonyms.

use std::error::Error;

use async_trait::async_trait;
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use thiserror::Error;
use zeroize::Zeroizing;

use super::log::StoredEvent;
use crate::patients::lookup::LookupKey;

/// Decrypts sealed parts and computes pseudonyms.
#[async_trait]
pub trait Vault: Send + Sync {
    /// The sealed part of an event that has one.
    async fn open(&self, event: &StoredEvent) -> Result<Opened, VaultError>;

    /// The pseudonym of a personal value at a facility.
    async fn pseudonym(
        &self,
        facility: &FacilityId,
        lookup: &LookupKey<'_>,
    ) -> Result<Pseudonym, VaultError>;

    /// The pseudonym of a personal value that is the same at all facilities of this service.
    async fn service_pseudonym(&self, lookup: &LookupKey<'_>) -> Result<Pseudonym, VaultError>;

    /// Attaches the key of a message to its patient, so that erasing the patient erases the message. This is
    /// permanent. If the patient is already erased, the key is destroyed.
    async fn attach_key(&self, message: SubjectId, subject: SubjectId) -> Result<(), VaultError>;

    /// Whether the key of a subject is destroyed. Reads the key store each time.
    async fn is_erased(&self, subject: SubjectId) -> Result<bool, VaultError>;
}

/// The content of an envelope.
pub enum Opened {
    /// The plaintext.
    Plain(Zeroizing<Vec<u8>>),
    /// The key was destroyed.
    Erased,
}

/// Errors of the vault.
#[derive(Debug, Error)]
pub enum VaultError {
    /// The key store is unavailable.
    #[error("the key store cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The key was wrapped with a different KEK than the configured one.
    #[error("a key was wrapped by key-encryption key {0}, which is not configured")]
    OtherKek(String),
    /// The envelope does not belong to this event, or was changed.
    #[error("the envelope of the event at position {0} cannot be opened")]
    Damaged(i64),
}
