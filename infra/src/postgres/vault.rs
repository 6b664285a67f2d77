//! Wrapped keys in Postgres, and encryption and pseudonyms with them.
//!
//! One random 256-bit key for each subject and for each raw message, one for each facility's
//! pseudonyms. Each is wrapped by a key-encryption key from outside the database ([`key_wrapper`]).
//! Destroying a wrapped key erases everything that it sealed.

mod destruction;
mod envelope;
mod inventory;
pub mod kek;
mod key_ring;
pub mod key_wrapper;
mod no_key;
mod presence;
mod pseudonym;
mod rewrap;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::patients::lookup::LookupKey;
use hip_commands::port::Vault;
use hip_commands::port::log::StoredEvent;
use hip_commands::port::vault::{Opened, VaultError};
use hip_domain::id::{FacilityId, Pseudonym, SubjectId};
use moka::future::Cache;
use moka::policy::EvictionPolicy;
use sqlx::PgPool;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::postgres::deadline::InTime;
use crate::postgres::warm::WarmPool;

pub use envelope::{EnvelopeContext, SubjectKey};
pub use inventory::{UnderKek, inventory};
pub use kek::KekError;
pub use key_ring::KeyRing;
pub use key_wrapper::{KeyWrapper, LocalKey};
pub use no_key::NoKey;
pub use rewrap::{RewrapError, Rewrapped, rewrap};

/// Maximum number of unwrapped keys in memory, and for how long: this limits how long another process can
/// still decrypt after an erasure of which it was not notified.
const KEY_COUNT_MAX: u64 = 10_000;
const KEY_AGE_MAX: Duration = Duration::from_secs(60);

/// In place of a facility id: the key of pseudonyms that are equal at every facility. No facility has
/// this id.
const SERVICE: &str = "";

/// The vault.
pub struct PgVault {
    pool: PgPool,
    /// For single short calls.
    warm: WarmPool,
    wrapper: Arc<dyn KeyWrapper>,
    subject_keys: Cache<SubjectId, SubjectKey>,
    pseudonym_keys: Cache<String, SubjectKey>,
    /// Whether this process has announced its key-encryption keys to the others.
    listening: watch::Sender<bool>,
}

impl PgVault {
    /// Creates a vault on the keys in `pool`, wrapped by `wrapper`.
    pub fn new(pool: PgPool, wrapper: Arc<dyn KeyWrapper>) -> Self {
        let subject_keys = Cache::builder().max_capacity(KEY_COUNT_MAX).time_to_live(KEY_AGE_MAX);
        let subject_keys = subject_keys.eviction_policy(EvictionPolicy::lru()).build();
        let listening = watch::Sender::new(false);
        let warm = WarmPool::new(pool.clone());
        Self { pool, warm, wrapper, subject_keys, pseudonym_keys: Cache::new(1_000), listening }
    }

    /// Creates a key for a new subject, with its wrapped form for the append that will store it.
    pub(crate) async fn fresh_key(
        &self,
        subject: SubjectId,
    ) -> Result<(SubjectKey, Vec<u8>, String), VaultError> {
        let key = SubjectKey::random();
        let wrapped = self.wrapper.wrap(subject.0.as_bytes(), &key).await?;
        Ok((key, wrapped, self.wrapper.kek_id().to_owned()))
    }

    /// Keeps the key of a new subject in memory, after it was stored.
    pub(crate) async fn remember(&self, subject: SubjectId, key: SubjectKey) {
        self.subject_keys.insert(subject, key).await;
    }

    /// The key of a subject; `None` if it was destroyed.
    pub(crate) async fn subject_key(
        &self,
        subject: SubjectId,
    ) -> Result<Option<SubjectKey>, VaultError> {
        if let Some(key) = self.subject_keys.get(&subject).await {
            return Ok(Some(key));
        }
        let query = sqlx::query_as("SELECT wrapped, kek_id FROM vault.key WHERE key_id = $1");
        let rows = self.warm.fetch_all(query.bind(subject.0)).await.map_err(unavailable)?;
        let row: Option<(Option<Vec<u8>>, String)> = rows.into_iter().next();
        let Some((Some(wrapped), kek_id)) = row else {
            return Ok(None);
        };
        let key = self.wrapper.unwrap(subject.0.as_bytes(), &wrapped, &kek_id).await?;
        self.subject_keys.insert(subject, key.clone()).await;
        Ok(Some(key))
    }

    /// Encrypts a document for storage; `None` if the subject's key was destroyed. Deterministic:
    /// the same document gives the same bytes, so that two stores can be compared.
    pub async fn seal_document(
        &self,
        subject: SubjectId,
        name: &str,
        plain: &[u8],
    ) -> Result<Option<Vec<u8>>, VaultError> {
        let key = self.subject_key(subject).await?;
        Ok(key.map(|key| key.seal_document(name, plain)))
    }

    /// Decrypts what [`PgVault::seal_document`] encrypted under this name; `None` if the key was
    /// destroyed or the bytes are something else.
    pub async fn open_document(
        &self,
        subject: SubjectId,
        name: &str,
        sealed: &[u8],
    ) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
        let key = self.subject_key(subject).await?;
        Ok(key.and_then(|key| key.open_document(name, sealed)))
    }

    /// Unwraps the keys of facilities, and creates missing ones. If several processes start on
    /// an empty vault, each with its own key-encryption key, only one succeeds.
    ///
    /// # Errors
    ///
    /// A key is wrapped by another key-encryption key, or the database cannot be used.
    pub async fn open_facilities(&self, facilities: &[FacilityId]) -> Result<(), VaultError> {
        let names: Vec<&str> = facilities.iter().map(FacilityId::as_str).collect();
        let known: Vec<(String, Vec<u8>, String)> = sqlx::query_as(
            "SELECT facility, wrapped, kek_id FROM vault.facility_key WHERE facility = ANY($1)",
        )
        .bind(names)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unavailable)?;
        for (name, wrapped, kek_id) in &known {
            self.wrapper.unwrap(name.as_bytes(), wrapped, kek_id).await?;
        }
        let is_known = |facility: &FacilityId| known.iter().any(|(it, ..)| it == facility.as_str());
        for facility in facilities.iter().filter(|facility| !is_known(facility)) {
            self.pseudonym_key(facility.as_str()).await?;
        }
        Ok(())
    }

    /// The key of a facility's pseudonyms, or of the service's.
    async fn pseudonym_key(&self, name: &str) -> Result<SubjectKey, VaultError> {
        if let Some(key) = self.pseudonym_keys.get(name).await {
            return Ok(key);
        }
        let fresh = self.wrapper.wrap(name.as_bytes(), &SubjectKey::random()).await?;
        // If two processes create the key of a new facility at once, the first to store it wins.
        sqlx::query("INSERT INTO vault.facility_key VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
            .bind(name)
            .bind(fresh)
            .bind(self.wrapper.kek_id())
            .execute(&self.pool)
            .in_time()
            .await
            .map_err(unavailable)?;
        let (wrapped, kek_id): (Vec<u8>, String) =
            sqlx::query_as("SELECT wrapped, kek_id FROM vault.facility_key WHERE facility = $1")
                .bind(name)
                .fetch_one(&self.pool)
                .in_time()
                .await
                .map_err(unavailable)?;
        let key = self.wrapper.unwrap(name.as_bytes(), &wrapped, &kek_id).await?;
        self.pseudonym_keys.insert(name.to_owned(), key.clone()).await;
        Ok(key)
    }
}

#[async_trait]
impl Vault for PgVault {
    async fn open(&self, event: &StoredEvent) -> Result<Opened, VaultError> {
        let damaged = || VaultError::Damaged(event.position);
        let (Some(envelope), Some(subject)) = (&event.envelope, event.subject) else {
            return Err(damaged());
        };
        let Some(key) = self.subject_key(subject).await? else {
            return Ok(Opened::Erased);
        };
        let context = EnvelopeContext {
            event_id: event.event_id.0,
            event_type: &event.name,
            schema_version: event.schema_version,
            subject,
        };
        let plain = key.open(&context, &envelope.nonce, &envelope.sealed).ok_or_else(damaged)?;
        Ok(Opened::Plain(plain))
    }

    async fn pseudonym(
        &self,
        facility: &FacilityId,
        lookup: &LookupKey<'_>,
    ) -> Result<Pseudonym, VaultError> {
        let key = self.pseudonym_key(facility.as_str()).await?;
        Ok(pseudonym::pseudonym(&key, lookup))
    }

    async fn service_pseudonym(&self, lookup: &LookupKey<'_>) -> Result<Pseudonym, VaultError> {
        let key = self.pseudonym_key(SERVICE).await?;
        Ok(pseudonym::pseudonym(&key, lookup))
    }

    async fn attach_key(&self, message: SubjectId, subject: SubjectId) -> Result<(), VaultError> {
        // It need not be durable before what is appended next: that is written to the disk after it.
        // The lock prevents an erasure from listing attached keys while one is being attached.
        let query = sqlx::query_scalar(
            "WITH person AS (SELECT destroyed_at FROM vault.key WHERE key_id = $2 FOR SHARE), \
                  unhurried AS (SELECT set_config('synchronous_commit', 'off', true)) \
             UPDATE vault.key k SET subject_id = $2, \
                    wrapped = CASE WHEN person.destroyed_at IS NULL THEN k.wrapped END, \
                    destroyed_at = coalesce(k.destroyed_at, person.destroyed_at) \
               FROM unhurried LEFT JOIN person ON true \
              WHERE k.key_id = $1 AND k.subject_id IS NULL \
             RETURNING k.wrapped IS NULL",
        )
        .bind(message.0)
        .bind(subject.0);
        let is_gone = self.warm.fetch_scalar(query).await.map_err(unavailable)?;
        if is_gone == Some(true) {
            self.subject_keys.invalidate(&message).await;
        }
        Ok(())
    }

    async fn is_erased(&self, subject: SubjectId) -> Result<bool, VaultError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM vault.key WHERE key_id = $1 AND destroyed_at IS NOT NULL)",
        )
        .bind(subject.0)
        .fetch_one(&self.pool)
        .in_time()
        .await
        .map_err(unavailable)
    }
}

fn unavailable(error: sqlx::Error) -> VaultError {
    VaultError::Unavailable(Box::new(error))
}
