//! Keys are destroyed, and every process forgets them.
//!
//! The row stays, without its key, so that what was sealed is known to be erased and not damaged. The
//! wrapped key is in the database's own remains for a while (dead rows until the next vacuum, the
//! write-ahead log, backups), and there it opens only with the key-encryption key.

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

/// Where a process says which key it has destroyed.
const CHANNEL: &str = "hip_key_destroyed";

/// How long nothing may be heard before it is asked whether the connection still lives.
const LISTEN_CHECK_INTERVAL: Duration = Duration::from_secs(10);

/// How long to wait before listening again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

impl PgVault {
    /// Destroys the key of a person and every key that is tied to it, also through others; how many
    /// there are. `note` is told which before the first goes, and nothing goes if it fails.
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

    /// The keys of a person: their own, and every key that is tied to it, also through others; be they
    /// destroyed or not.
    pub(crate) async fn keys_of(&self, subject: SubjectId) -> Result<BTreeSet<Uuid>, VaultError> {
        let mut transaction = begin(&self.pool).await.map_err(unavailable)?;
        tied(&mut transaction, subject, false).await.map_err(unavailable)
    }

    /// Destroys single keys, by their ids, wherever there are such. Which of them were still there.
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

    /// Forgets keys as other processes destroy them, until `stop` says so. What was destroyed while
    /// nobody listened is forgotten with all others when it listens again.
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

    /// Returns when [`PgVault::forget_destroyed`] listens for the first time. From then on no key is wrapped
    /// anew by a key-encryption key that this process lacks.
    pub async fn until_listening(&self) {
        // The sender lives as long as the vault.
        let _ = self.listening.subscribe().wait_for(|listening| *listening).await;
    }

    /// Returns when the connection is lost.
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
                // No news: a connection that has died without a word would never bring any.
                Err(_) => {
                    if listener.execute("SELECT 1").in_time().await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}

/// The keys of a person. Locked, no other is tied to one of them until the transaction ends.
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
