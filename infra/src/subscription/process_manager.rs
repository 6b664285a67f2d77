//! Puts tasks into the outbox that were not stored with the events they follow from.
//!
//! An append stores the tasks of its events. Programs of an earlier version did not; this reader stores theirs. For
//! all other events it has nothing to do.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::process_managers::{is_urgent, react};
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgTransaction;
use tokio::sync::Notify;

use crate::postgres::event_store::{OwnPositions, SHARD};
use crate::subscription::{ApplyError, Generation, Page, Subscriber};

/// Derives the tasks of events that other processes stored.
pub struct ProcessManagerSubscriber {
    own: Arc<OwnPositions>,
    work: Arc<Notify>,
    orders: Arc<Notify>,
    has_stored: AtomicBool,
}

impl ProcessManagerSubscriber {
    /// Skips the events of this process. Notifies `work` of new tasks, and `orders` of orders to replay.
    pub const fn new(own: Arc<OwnPositions>, work: Arc<Notify>, orders: Arc<Notify>) -> Self {
        Self { own, work, orders, has_stored: AtomicBool::new(false) }
    }

    fn tasks(&self, recorded: &Recorded<Event>) -> Vec<Due> {
        if self.own.has(recorded.position) { vec![] } else { react(recorded) }
    }
}

#[async_trait]
impl Subscriber for ProcessManagerSubscriber {
    fn name(&self) -> &'static str {
        "reactions"
    }

    fn is_in_database(&self) -> bool {
        true
    }

    fn is_indifferent_to(&self, page: &Page) -> bool {
        if let Some(first) = page.events().first() {
            self.own.forget_before(first.position);
        }
        if page.events().iter().any(|recorded| matches!(recorded.event, Event::Replay(_))) {
            self.orders.notify_one();
        }
        page.events().iter().all(|recorded| self.tasks(recorded).is_empty())
    }

    async fn apply(
        &self,
        transaction: &mut PgTransaction<'_>,
        _: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        let mut rows = Rows::default();
        for recorded in page.events() {
            for due in self.tasks(recorded) {
                rows.push(recorded, &due);
            }
        }
        if rows.insert(transaction).await? > 0 {
            self.has_stored.store(true, Ordering::Release);
        }
        Ok(())
    }

    fn applied(&self) {
        if self.has_stored.swap(false, Ordering::AcqRel) {
            self.work.notify_one();
        }
    }
}

/// Outbox rows, column by column.
#[derive(Default)]
struct Rows {
    dedupe: Vec<String>,
    stream: Vec<String>,
    kind: Vec<&'static str>,
    request: Vec<Vec<u8>>,
    lane: Vec<i16>,
    priority: Vec<i16>,
    due_at: Vec<Option<DateTime<Utc>>>,
}

impl Rows {
    fn push(&mut self, recorded: &Recorded<Event>, due: &Due) {
        self.dedupe.push(due.key());
        self.stream.push(recorded.stream.as_str().to_owned());
        self.kind.push(due.task.kind());
        self.due_at.push(due.at);
        self.lane.push(due.task.lane().number());
        self.priority.push(i16::from(!is_urgent(recorded, &due.task))); // the smallest goes first
        self.request.push(serde_json::to_vec(due).expect("our own tasks serialise"));
    }

    /// Returns how many were not stored before.
    async fn insert(self, transaction: &mut PgTransaction<'_>) -> Result<u64, sqlx::Error> {
        if self.dedupe.is_empty() {
            return Ok(0);
        }
        let stored = sqlx::query(
            "INSERT INTO es.outbox (shard, dedupe, stream_id, kind, request, due_at, lane, priority) \
             SELECT $1, dedupe, stream_id, kind, request, coalesce(due_at, now()), lane, priority \
               FROM unnest($2::text[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[], \
                           $7::smallint[], $8::smallint[]) \
                    AS task(dedupe, stream_id, kind, request, due_at, lane, priority) \
             ON CONFLICT DO NOTHING",
        )
        .bind(SHARD)
        .bind(self.dedupe)
        .bind(self.stream)
        .bind(self.kind)
        .bind(self.request)
        .bind(self.due_at)
        .bind(self.lane)
        .bind(self.priority)
        .execute(&mut **transaction)
        .await?;
        Ok(stored.rows_affected())
    }
}
