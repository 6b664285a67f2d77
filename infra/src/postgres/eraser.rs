//! Erases a patient: keys, tables and documents.

mod counts;
mod journal;
mod reapply;
mod unclaimed;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::port::document_store::{CollectionName, DocumentError};
use hip_commands::port::eraser::{EraserError, RecordCounts, SubjectKeys, UnattributedMessages};
use hip_commands::port::{Clock, DocumentStore, Eraser};
use hip_domain::id::{FacilityId, SubjectId};
use hip_domain::subject::Purged;
use sqlx::PgPool;
use uuid::Uuid;

pub use journal::{Entry, Fault, Journal, JournalError, JournalKeys, Repaired, Written};
pub use reapply::{ErasureToReapply, erasures_to_reapply, unsettled};
pub use unclaimed::Unclaimed;

use crate::postgres::begin;
use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;
use crate::postgres::vault::PgVault;
use crate::read_models::documents::forget;

/// Messages of a facility that are searched in one statement.
const STRETCH: i64 = 2_000;

/// Erases patients.
pub struct PgEraser {
    /// Connections with the service's role.
    pub pool: PgPool,
    /// The keys.
    pub vault: Arc<PgVault>,
    /// The store of documents.
    pub documents: Arc<dyn DocumentStore>,
    /// Collections that may contain data of a patient, by the subscriber that fills them.
    pub collections: Vec<(&'static str, CollectionName)>,
    /// The file outside the database to which each erasure is written first. Without it no patient is
    /// erased.
    pub journal: Option<Journal>,
    /// Source of the recorded times.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Eraser for PgEraser {
    async fn count_records(&self, whose: &SubjectKeys) -> Result<RecordCounts, EraserError> {
        counts::of(&self.pool, whose).await.map_err(unavailable)
    }

    async fn unattributed_messages(
        &self,
        facility: &FacilityId,
        after: i64,
    ) -> Result<Option<UnattributedMessages>, EraserError> {
        let rows: Vec<(i64, bool, Option<Uuid>)> =
            sqlx::query_as(include_str!("eraser/unattributed.sql"))
                .bind(SHARD)
                .bind(facility.as_str())
                .bind(after)
                .bind(STRETCH)
                .bind(None::<DateTime<Utc>>)
                .fetch_all(&self.pool)
                .in_time()
                .await
                .map_err(unavailable)?;
        let Some((up_to, ..)) = rows.last().copied() else { return Ok(None) };
        let unattributed = rows.into_iter().filter(|(_, is_unattributed, _)| *is_unattributed);
        Ok(Some(UnattributedMessages {
            positions: unattributed.map(|(position, ..)| position).collect(),
            up_to,
        }))
    }

    async fn destroy_keys(&self, whose: &SubjectKeys) -> Result<u64, EraserError> {
        let destroyed = self.vault.destroy(whose.subject, |keys| {
            let entry = Entry {
                subject: whose.subject,
                facility: whose.facility.clone(),
                keys: keys.iter().copied().collect(),
                at: self.clock.now(),
            };
            let journal = self.journal.as_ref().ok_or(Failed::NoJournal)?;
            journal.add(&entry).map_err(Failed::Journal)
        });
        destroyed.await.map_err(|failed| match failed {
            Failed::NoJournal => EraserError::Journal("set journal in section [erasure]".into()),
            Failed::Journal(error) => EraserError::Journal(Box::new(error)),
            Failed::Database(error) => unavailable(error),
        })
    }

    async fn clear(&self, whose: &SubjectKeys) -> Result<Purged, EraserError> {
        self.cleared(whose).await.map_err(unavailable)
    }

    async fn is_purged(&self, subject: SubjectId, position: i64) -> Result<bool, EraserError> {
        if self.is_awaited(position).await.map_err(unavailable)? {
            return Ok(false);
        }
        for (reader, collection) in &self.collections {
            self.sweep(collection, subject, position).await?;
            self.retire_abandoned(reader, collection).await?;
        }
        Ok(true)
    }
}

/// Why keys were not destroyed.
enum Failed {
    NoJournal,
    Journal(JournalError),
    Database(sqlx::Error),
}

impl From<sqlx::Error> for Failed {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl PgEraser {
    async fn cleared(&self, whose: &SubjectKeys) -> Result<Purged, sqlx::Error> {
        let mut transaction = begin(&self.pool).await?;
        let codes: Vec<String> = sqlx::query_scalar(
            "SELECT visit_code FROM hip.visit WHERE subject_id = $1 \
              UNION SELECT care_context_number FROM hip.care_context WHERE subject_id = $1",
        )
        .bind(whose.subject.0)
        .fetch_all(&mut *transaction)
        .await?;
        let jobs = sqlx::query(
            "DELETE FROM hip.visit_job WHERE visit_code = ANY($1) AND facility_id IN ('', $2)",
        )
        .bind(&codes)
        .bind(whose.facility.as_str())
        .execute(&mut *transaction)
        .await?;
        let triggers: i64 = sqlx::query_scalar("SELECT intake.forget($1, $2)")
            .bind(whose.facility.as_str())
            .bind(&codes)
            .fetch_one(&mut *transaction)
            .await?;
        // A worker that holds one of these tasks can no longer complete it: its fence is outdated. The rows are locked
        // in the order in which an append ends tasks. Answers stay: the network waits for them, and they are composed
        // without what is gone.
        let tasks = sqlx::query(
            "UPDATE es.outbox o SET state = 'done', fence = fence + 1, \
                    last_error = 'the data principal was erased' \
               FROM (SELECT dedupe FROM es.outbox \
                      WHERE shard = $1 AND state = 'due' AND kind NOT IN ('erase', 'finish_erasure') \
                        AND convert_from(request, 'UTF8')::jsonb #>> '{cause,subject}' = $2 \
                        AND NOT convert_from(request, 'UTF8')::jsonb \
                                @? '$.task.call.call ? (exists(@.*.in_reply_to) || exists(@.notify_transfer))' \
                      ORDER BY dedupe COLLATE \"C\" FOR UPDATE) theirs \
              WHERE o.shard = $1 AND o.dedupe = theirs.dedupe",
        )
        .bind(SHARD)
        .bind(whose.subject.to_string())
        .execute(&mut *transaction)
        .await?;
        let retired_rows: i64 = sqlx::query_scalar("SELECT hip.forget_retired($1)")
            .bind(whose.subject.0)
            .fetch_one(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(Purged {
            visit_jobs: jobs.rows_affected(),
            triggers: count(triggers),
            tasks: tasks.rows_affected(),
            retired_rows: count(retired_rows),
        })
    }

    /// Whether a subscriber has not passed a position, has parked it, or is being rebuilt.
    async fn is_awaited(&self, position: i64) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM es.projection \
                             WHERE shard = $1 \
                               AND (state IN ('live', 'halted') AND position < $2 \
                                    OR state = 'building' AND lease_until > now())) \
                 OR EXISTS (SELECT FROM es.parked JOIN es.projection USING (name, generation, shard) \
                             WHERE shard = $1 AND state = 'live' AND parked.position = $2)",
        )
        .bind(SHARD)
        .bind(position)
        .fetch_one(&self.pool)
        .in_time()
        .await
    }

    /// Retires what a dead rebuild left: nothing keeps it up to date, and it will not be read.
    async fn retire_abandoned(
        &self,
        reader: &str,
        collection: &CollectionName,
    ) -> Result<(), EraserError> {
        let abandoned: Vec<i32> = sqlx::query_scalar(
            "SELECT generation FROM es.projection \
              WHERE shard = $1 AND name = $2 AND state = 'building' AND lease_until <= now()",
        )
        .bind(SHARD)
        .bind(reader)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unavailable)?;
        for generation in abandoned {
            self.documents.retire(collection, generation).await.map_err(away)?;
        }
        Ok(())
    }

    /// Final check of the live documents. Tombstones are deleted too, since the keys under which
    /// another system reads documents may identify a patient.
    async fn sweep(
        &self,
        collection: &CollectionName,
        subject: SubjectId,
        position: i64,
    ) -> Result<(), EraserError> {
        let store = self.documents.as_ref();
        let Some(generation) = store.live(collection).await.map_err(away)? else {
            return Ok(());
        };
        forget(store, collection, generation, subject, position).await.map_err(away)?;
        store.purge_tombstones(collection, generation, position).await.map_err(away)?;
        Ok(())
    }
}

fn away(error: DocumentError) -> EraserError {
    EraserError::Unavailable(Box::new(error))
}

fn unavailable(error: sqlx::Error) -> EraserError {
    EraserError::Unavailable(Box::new(error))
}
