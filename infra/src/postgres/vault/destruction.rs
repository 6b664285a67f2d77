//! Destroys keys, and removes them from the memory of every process.
//!
//! The row stays, without its key, so that the sealed data is known to be erased and not damaged. The
//! wrapped key remains for a while inside the database (dead rows until the next vacuum, the
//! write-ahead log, backups), where it can only be unwrapped with the key-encryption key.

use std::collections::BTreeSet;
use std::time::Duration;

use hip_commands::port::vault::VaultError;
use hip_domain::id::SubjectId;
use sqlx::postgres::PgListener;
use sqlx::{Executor, PgTransaction};
use tokio::sync::watch;
use uuid::Uuid;

use super::{PgVault, presence, unavailable};
use crate::postgres::begin;
use crate::postgres::deadline::InTime;
use crate::postgres::eraser::Written;

/// Channel on which a process announces a destroyed key.
const CHANNEL: &str = "hip_key_destroyed";

/// Silence after which the connection is checked.
const LISTEN_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// Delay before listening again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

impl PgVault {
    /// Destroys the key of a patient and every key that is attached to it, directly or indirectly; returns their
    /// number. `note` receives the ids before the first is destroyed; if it fails, none is destroyed.
    pub(crate) async fn destroy<E: From<sqlx::Error>>(
        &self,
        subject: SubjectId,
        note: impl FnOnce(&BTreeSet<Uuid>) -> Result<Written, E>,
    ) -> Result<u64, E> {
        let mut transaction = begin(&self.pool).await?;
        let keys = tied(&mut transaction, subject, true).await?;
        note(&keys)?.note(&mut *transaction).await?;
        let all: Vec<Uuid> = keys.iter().copied().collect();
        sqlx::query(
            "WITH gone AS (UPDATE vault.key SET wrapped = NULL, destroyed_at = now() \
                            WHERE key_id = ANY($1) AND destroyed_at IS NULL RETURNING key_id) \
             SELECT pg_notify($2, key_id::text) FROM gone",
        )
        .bind(&all)
        .bind(CHANNEL)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        for key in all {
            self.subject_keys.invalidate(&SubjectId(key)).await;
        }
        Ok(u64::try_from(keys.len()).unwrap_or(u64::MAX))
    }

    /// The keys of a patient: their own, and every key that is attached to it, directly or indirectly; also
    /// destroyed ones.
    pub(crate) async fn keys_of(&self, subject: SubjectId) -> Result<BTreeSet<Uuid>, VaultError> {
        let mut transaction = begin(&self.pool).await.map_err(unavailable)?;
        tied(&mut transaction, subject, false).await.map_err(unavailable)
    }

    /// Destroys single keys by their ids, where they exist. Returns those that still existed.
    ///
    /// # Errors
    ///
    /// The database cannot be used.
    pub async fn destroy_listed(&self, keys: &[Uuid]) -> Result<Vec<Uuid>, sqlx::Error> {
        let gone: Vec<Uuid> = sqlx::query_scalar(
            "WITH gone AS (UPDATE vault.key SET wrapped = NULL, destroyed_at = now() \
                            WHERE key_id = ANY($1) AND destroyed_at IS NULL RETURNING key_id) \
             SELECT key_id FROM gone, pg_notify($2, key_id::text)",
        )
        .bind(keys)
        .bind(CHANNEL)
        .fetch_all(&self.pool)
        .in_time()
        .await?;
        for key in &gone {
            self.subject_keys.invalidate(&SubjectId(*key)).await;
        }
        Ok(gone)
    }

    /// Drops keys from memory as other processes destroy them, until `stop` is true. When it listens again after
    /// an interruption, it drops all keys.
    pub async fn forget_destroyed(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = self.listen() => {}
                _ = stop.changed() => return,
            }
            tokio::select! {
                () = tokio::time::sleep(LISTEN_AGAIN) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Returns when [`PgVault::forget_destroyed`] listens for the first time. From then on no key is rewrapped
    /// by a key-encryption key that this process lacks.
    pub async fn until_listening(&self) {
        // The sender lives as long as the vault.
        let _ = self.listening.subscribe().wait_for(|listening| *listening).await;
    }

    /// Listens; returns when the connection is lost.
    async fn listen(&self) {
        let Ok(mut listener) = PgListener::connect_with(&self.pool).in_time().await else { return };
        if listener.listen(CHANNEL).in_time().await.is_err() {
            return;
        }
        if presence::announce(&mut listener, self.wrapper.as_ref()).in_time().await.is_err() {
            return;
        }
        self.subject_keys.invalidate_all();
        self.listening.send_replace(true);
        loop {
            match tokio::time::timeout(LISTEN_CHECK_INTERVAL, listener.try_recv()).await {
                Ok(Ok(Some(notification))) => {
                    if let Ok(key) = Uuid::try_parse(notification.payload()) {
                        self.subject_keys.invalidate(&SubjectId(key)).await;
                    }
                }
                Ok(Ok(None) | Err(_)) => return,
                // Nothing received: a silently dead connection would never deliver anything.
                Err(_) => {
                    if listener.execute("SELECT 1").in_time().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// The keys of a patient, locked: no other key can be attached to them until the transaction ends.
async fn tied(
    transaction: &mut PgTransaction<'_>,
    subject: SubjectId,
    is_locking: bool,
) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let mut known = BTreeSet::from([subject.0]);
    loop {
        let all: Vec<Uuid> = known.iter().copied().collect();
        if is_locking {
            sqlx::query("SELECT FROM vault.key WHERE key_id = ANY($1) ORDER BY key_id FOR UPDATE")
                .bind(&all)
                .execute(&mut **transaction)
                .await?;
        }
        let tied: Vec<Uuid> =
            sqlx::query_scalar("SELECT key_id FROM vault.key WHERE subject_id = ANY($1)")
                .bind(&all)
                .fetch_all(&mut **transaction)
                .await?;
        let before = known.len();
        known.extend(tied);
        if known.len() == before {
            return Ok(known);
        }
    }
}
