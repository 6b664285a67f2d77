//! Journals of earlier versions, whose lines have no proofs.
//!
//! Such a journal is migrated automatically only if that can destroy nothing: if
//! this database never saw a journal, no line has a proof, and the database itself confirms for every line
//! that the patient was erased and that each of the keys was theirs and is destroyed. So a line that was
//! added is rejected, and so is a whole file that replaced a newer one. A database
//! that was restored together with the upgrade cannot confirm the newest lines; then the operator confirms
//! the file with `hip erasures repair`, which needs the key-encryption key.

use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use sqlx::PgPool;

use super::check::{Checked, Fault};
use super::line::Entry;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

/// Whether all lines are of an earlier version, and this database never saw a journal.
pub(super) fn may_be_taken_over(checked: &Checked, is_known: bool) -> bool {
    let is_unproven = |(_, fault): &(usize, Fault)| *fault == Fault::Unproven;
    !is_known
        && !checked.has_proofs
        && !checked.unproven.is_empty()
        && checked.faults.iter().all(is_unproven)
}

/// Whether this database confirms every line.
pub(super) async fn is_confirmed(
    pool: &PgPool,
    lines: &[(usize, Entry)],
) -> Result<bool, sqlx::Error> {
    for (_, entry) in lines {
        if !is_known(pool, entry.subject, entry).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn is_known(pool: &PgPool, subject: SubjectId, entry: &Entry) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(
        "WITH RECURSIVE theirs AS ( \
           SELECT key_id, destroyed_at FROM vault.key WHERE key_id = $3 \
            UNION SELECT k.key_id, k.destroyed_at FROM vault.key k JOIN theirs t ON k.subject_id = t.key_id) \
         SELECT EXISTS (SELECT FROM es.event WHERE shard = $1 AND stream_id = $2 \
                           AND event_type = 'subject.erased') \
            AND NOT EXISTS (SELECT FROM unnest($4::uuid[]) AS listed (key_id) \
                              LEFT JOIN theirs USING (key_id) WHERE theirs.destroyed_at IS NULL)",
    )
    .bind(SHARD)
    .bind(StreamId::subject(subject).as_str())
    .bind(subject.0)
    .bind(&entry.keys)
    .fetch_one(pool)
    .in_time()
    .await
}
