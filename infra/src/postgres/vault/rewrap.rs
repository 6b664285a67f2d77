//! Wraps every key again with the current key-encryption key, so that the older ones can be removed.
//!
//! The keys themselves do not change: sealed data opens as before, and pseudonyms stay the same.
//! It runs in batches, each a transaction. It can be stopped at any time and started again, and the
//! service continues meanwhile: a key that is destroyed meanwhile stays destroyed.

use hip_commands::port::vault::VaultError;
use sqlx::PgPool;
use thiserror::Error;
use uuid::Uuid;

use super::inventory::keks_in_use;
use super::key_ring::KeyRing;
use super::key_wrapper::KeyWrapper;
use super::presence;
use crate::postgres::deadline::InTime;

/// Keys wrapped in one transaction.
const BATCH: i64 = 500;

/// Maximum number of passes over all keys: some may be locked by an erasure the first time.
const PASS_COUNT_MAX: u32 = 3;

/// Result of a rewrap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rewrapped {
    /// Number of rewrapped keys of subjects, messages and facilities.
    pub keys: u64,
    /// Number of keys that could not be unwrapped: they are damaged and unchanged.
    pub damaged: u64,
}

/// Why the rewrap failed.
#[derive(Debug, Error)]
pub enum RewrapError {
    /// A running process could not unwrap the result.
    #[error(
        "{count} running processes of hip do not have the key-encryption key {kek_id}: configure it for them (in \
         older_files, or as the current one), restart them, then run this again"
    )]
    Behind {
        /// Number of such processes.
        count: i64,
        /// Id of the key that they lack.
        kek_id: String,
    },
    /// A key cannot be wrapped.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The database failed.
    #[error("the key store cannot be reached")]
    Database(#[from] sqlx::Error),
}

/// Rewraps all keys that are not wrapped by the current key-encryption key. Reports the number of processed keys
/// to `progress`.
///
/// # Errors
///
/// A running process lacks the current key, or the database cannot be used. Keys that were rewrapped before stay
/// valid.
pub async fn rewrap(
    pool: &PgPool,
    ring: &KeyRing,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Rewrapped, RewrapError> {
    refuse_if_behind(pool, ring).await?;
    let mut done = Rewrapped { keys: rewrap_facilities(pool, ring).await?, damaged: 0 };
    progress(done.keys);
    for _ in 0..PASS_COUNT_MAX {
        let pass = rewrap_subjects(pool, ring, done.keys, progress).await?;
        done.keys += pass.keys;
        done.damaged = pass.damaged;
        if pass.locked == 0 {
            break;
        }
    }
    Ok(done)
}

async fn refuse_if_behind(pool: &PgPool, ring: &KeyRing) -> Result<(), RewrapError> {
    let count = presence::count_without(pool, ring.kek_id()).await?;
    if count == 0 {
        return Ok(());
    }
    Err(RewrapError::Behind { count, kek_id: ring.kek_id().to_owned() })
}

#[derive(Default)]
struct Pass {
    keys: u64,
    damaged: u64,
    /// Keys locked by another transaction.
    locked: u64,
}

/// Makes one pass over all keys of subjects and messages.
async fn rewrap_subjects(
    pool: &PgPool,
    ring: &KeyRing,
    before: u64,
    progress: &(dyn Fn(u64) + Send + Sync),
) -> Result<Pass, RewrapError> {
    let mut pass = Pass::default();
    for kek_id in keks_in_use(pool).await?.iter().filter(|id| *id != ring.kek_id()) {
        let mut after = Uuid::nil();
        loop {
            let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(
                "SELECT key_id, wrapped FROM vault.key \
                  WHERE kek_id = $1 AND wrapped IS NOT NULL AND key_id > $2 ORDER BY key_id LIMIT $3",
            )
            .bind(kek_id)
            .bind(after)
            .bind(BATCH)
            .fetch_all(pool)
            .in_time()
            .await?;
            let Some((last, _)) = rows.last() else { break };
            after = *last;
            let mut batch = Batch::default();
            for (key_id, old) in rows {
                match ring.unwrap(key_id.as_bytes(), &old, kek_id).await {
                    Ok(key) => {
                        let new = ring.wrap(key_id.as_bytes(), &key).await?;
                        batch.add(key_id, old, new);
                    }
                    Err(_) => pass.damaged += 1,
                }
            }
            let wanted = batch.key_ids.len() as u64;
            // A process may have started meanwhile.
            refuse_if_behind(pool, ring).await?;
            let written = batch.write(pool, ring.kek_id()).await?;
            pass.keys += written;
            pass.locked += wanted - written;
            progress(before + pass.keys);
        }
    }
    Ok(pass)
}

#[derive(Default)]
struct Batch {
    key_ids: Vec<Uuid>,
    old: Vec<Vec<u8>>,
    new: Vec<Vec<u8>>,
}

impl Batch {
    fn add(&mut self, key_id: Uuid, old: Vec<u8>, new: Vec<u8>) {
        self.key_ids.push(key_id);
        self.old.push(old);
        self.new.push(new);
    }

    /// Replaces keys that still exist by their new form; returns the number. Does not wait for
    /// locks, so it cannot deadlock with an erasure.
    async fn write(&self, pool: &PgPool, kek_id: &str) -> Result<u64, sqlx::Error> {
        let written = sqlx::query(
            "WITH free AS (SELECT key_id FROM vault.key WHERE key_id = ANY($1) FOR UPDATE SKIP LOCKED) \
             UPDATE vault.key k SET wrapped = n.new, kek_id = $4 \
               FROM unnest($1::uuid[], $2::bytea[], $3::bytea[]) AS n (key_id, old, new) \
               JOIN free USING (key_id) \
              WHERE k.key_id = n.key_id AND k.wrapped = n.old",
        )
        .bind(&self.key_ids)
        .bind(&self.old)
        .bind(&self.new)
        .bind(kek_id)
        .execute(pool)
        .in_time()
        .await?;
        Ok(written.rows_affected())
    }
}

/// Rewraps the one key of each facility.
async fn rewrap_facilities(pool: &PgPool, ring: &KeyRing) -> Result<u64, RewrapError> {
    let rows: Vec<(String, Vec<u8>, String)> = sqlx::query_as(
        "SELECT facility, wrapped, kek_id FROM vault.facility_key WHERE kek_id <> $1",
    )
    .bind(ring.kek_id())
    .fetch_all(pool)
    .in_time()
    .await?;
    let mut count = 0;
    for (facility, old, kek_id) in rows {
        // Not skipped: without this key no patient of the facility can be found.
        let key = ring.unwrap(facility.as_bytes(), &old, &kek_id).await?;
        let new = ring.wrap(facility.as_bytes(), &key).await?;
        let written = sqlx::query(
            "UPDATE vault.facility_key SET wrapped = $3, kek_id = $4 \
              WHERE facility = $1 AND wrapped = $2",
        )
        .bind(&facility)
        .bind(&old)
        .bind(&new)
        .bind(ring.kek_id())
        .execute(pool)
        .in_time()
        .await?;
        count += written.rows_affected();
    }
    Ok(count)
}
