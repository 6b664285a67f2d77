//! Re-applies erasures to a database that was restored from an older backup and has destroyed keys again.

use std::collections::{BTreeMap, BTreeSet};

use hip_domain::id::SubjectId;
use sqlx::PgPool;
use uuid::Uuid;

use super::journal::Entry;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// The effect of a journal line on this database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasureToReapply {
    /// Line number, from 1.
    pub line: usize,
    /// The erasure.
    pub entry: Entry,
    /// Keys of that patient that exist again.
    pub keys: Vec<Uuid>,
    /// Number of listed keys that belong to another patient here. They are not destroyed.
    pub others: usize,
    /// This database knows the patient, but not that they are to be erased.
    pub is_undecided: bool,
}

/// Finds what must be destroyed again, line by line; lines without effect are left out.
///
/// A key belongs to a patient if it is their own or is attached to them. A key that the line lists also does if it
/// is attached to nobody here and is no patient's own: then its message was not attached yet when the backup
/// was made.
///
/// # Errors
///
/// The database cannot be used.
pub async fn erasures_to_reapply(
    pool: &PgPool,
    erased: Vec<(usize, Entry)>,
) -> Result<Vec<ErasureToReapply>, sqlx::Error> {
    let own: Vec<Uuid> = erased.iter().map(|(_, entry)| entry.subject.0).collect();
    let theirs = still_tied(pool, &own).await?;
    let named: BTreeSet<Uuid> =
        erased.iter().flat_map(|(_, entry)| entry.keys.iter().copied()).collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    let named = still_named(pool, &named).await?;
    let undecided = undecided(pool, &own).await?;
    // A patient may be in several lines; the first one with an effect counts.
    let (mut destroyed, mut decided) = (BTreeSet::new(), BTreeSet::new());
    let mut found = vec![];
    for (line, entry) in erased {
        let subject = entry.subject.0;
        let mut keys = theirs.get(&subject).cloned().unwrap_or_default();
        let mut others = 0;
        for key in entry.keys.iter().filter(|key| !keys.contains(*key)).collect::<BTreeSet<_>>() {
            match named.get(key) {
                Some(Owner::Nobody) => {
                    keys.insert(*key);
                }
                Some(Owner::Somebody) => others += 1,
                None => {}
            }
        }
        let keys: Vec<Uuid> = keys.into_iter().filter(|key| destroyed.insert(*key)).collect();
        let is_undecided = undecided.contains(&subject) && decided.insert(subject);
        if !keys.is_empty() || others > 0 || is_undecided {
            found.push(ErasureToReapply { line, entry, keys, others, is_undecided });
        }
    }
    Ok(found)
}

/// Existing keys of these patients: their own, and every key that is attached to it, directly or indirectly.
async fn still_tied(
    pool: &PgPool,
    subjects: &[Uuid],
) -> Result<BTreeMap<Uuid, BTreeSet<Uuid>>, sqlx::Error> {
    let rows: Vec<(Uuid, Uuid)> = sqlx::query_as(
        "WITH RECURSIVE theirs AS ( \
           SELECT key_id AS subject, key_id, destroyed_at FROM vault.key WHERE key_id = ANY($1) \
            UNION SELECT t.subject, k.key_id, k.destroyed_at \
              FROM vault.key k JOIN theirs t ON k.subject_id = t.key_id) \
         SELECT subject, key_id FROM theirs WHERE destroyed_at IS NULL",
    )
    .bind(subjects)
    .fetch_all(pool)
    .in_time()
    .await?;
    let mut theirs: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for (subject, key) in rows {
        theirs.entry(subject).or_default().insert(key);
    }
    Ok(theirs)
}

/// Owner of a listed key that is not attached to the patient of the line.
enum Owner {
    /// The key of a message without a known patient.
    Nobody,
    /// A patient's own key, or attached to a patient.
    Somebody,
}

async fn still_named(pool: &PgPool, keys: &[Uuid]) -> Result<BTreeMap<Uuid, Owner>, sqlx::Error> {
    let rows: Vec<(Uuid, bool)> = sqlx::query_as(
        "SELECT key_id, subject_id IS NOT NULL OR EXISTS \
                (SELECT FROM es.stream WHERE shard = $1 AND stream_id = 'patient-' || key_id) \
           FROM vault.key WHERE key_id = ANY($2) AND destroyed_at IS NULL",
    )
    .bind(SHARD)
    .bind(keys)
    .fetch_all(pool)
    .in_time()
    .await?;
    let owner = |is_theirs| if is_theirs { Owner::Somebody } else { Owner::Nobody };
    Ok(rows.into_iter().map(|(key, is_theirs)| (key, owner(is_theirs))).collect())
}

/// Patients that this database knows, without an erasure.
async fn undecided(pool: &PgPool, subjects: &[Uuid]) -> Result<BTreeSet<Uuid>, sqlx::Error> {
    let undecided: Vec<Uuid> = sqlx::query_scalar(
        "SELECT key_id FROM vault.key \
          WHERE key_id = ANY($2) AND NOT EXISTS \
                (SELECT FROM es.event WHERE shard = $1 AND stream_id = 'subject-' || key_id \
                    AND event_type = 'subject.erasure_requested')",
    )
    .bind(SHARD)
    .bind(subjects)
    .fetch_all(pool)
    .in_time()
    .await?;
    Ok(undecided.into_iter().collect())
}

/// Number of patients that this database must erase again and has not finished erasing.
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
    .in_time()
    .await
}
