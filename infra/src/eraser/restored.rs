//! A database that was restored from an older backup has keys again that were destroyed.

use hip_domain::id::SubjectId;
use sqlx::PgPool;
use uuid::Uuid;

use super::journal::Entry;
use crate::event_store::SHARD;
use crate::vault::PgVault;

/// Destroys again what is there of the keys that were destroyed, and finds those erasures of which this
/// database knows the person and not the decision. Afterwards nothing that the keys have sealed can be
/// opened.
///
/// # Errors
///
/// The database cannot be used.
pub async fn destroy_again(
    vault: &PgVault,
    pool: &PgPool,
    erased: Vec<Entry>,
) -> Result<Vec<Entry>, sqlx::Error> {
    let own = erased.iter().map(|entry| entry.subject.0);
    let keys: Vec<Uuid> = erased.iter().flat_map(|entry| entry.keys.iter().copied()).collect();
    vault.destroy_again(&own.clone().chain(keys).collect::<Vec<_>>()).await?;
    let undecided: Vec<Uuid> = sqlx::query_scalar(
        "SELECT key_id FROM vault.key \
          WHERE key_id = ANY($2) AND NOT EXISTS \
                (SELECT FROM es.event WHERE shard = $1 AND stream_id = 'subject-' || key_id \
                    AND event_type = 'subject.erasure_requested')",
    )
    .bind(SHARD)
    .bind(own.collect::<Vec<_>>())
    .fetch_all(pool)
    .await?;
    Ok(erased.into_iter().filter(|entry| undecided.contains(&entry.subject.0)).collect())
}

/// Persons whom this database has to erase again, and has not let go of everywhere yet.
///
/// # Errors
///
/// The database cannot be used.
pub async fn unsettled(pool: &PgPool, subjects: &[SubjectId]) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar(
        "SELECT count(*) FROM unnest($2::uuid[]) AS subject \
          WHERE NOT EXISTS (SELECT FROM es.event WHERE shard = $1 \
                 AND stream_id = 'subject-' || subject AND event_type = 'subject.purged')",
    )
    .bind(SHARD)
    .bind(subjects.iter().map(|subject| subject.0).collect::<Vec<_>>())
    .fetch_one(pool)
    .await
}
