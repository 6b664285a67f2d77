//! Puts the tasks that follow from events into the outbox.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::process_managers::{is_urgent, react};
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgTransaction;
use tokio::sync::Notify;

use crate::postgres::event_store::SHARD;
use crate::subscription::{ApplyError, Generation, Page, Subscriber};

/// Derives tasks from events.
pub struct ProcessManagerSubscriber {
    work: Arc<Notify>,
}

impl ProcessManagerSubscriber {
    /// Notifies `work` when there are new tasks.
    pub const fn new(work: Arc<Notify>) -> Self {
        Self { work }
    }
}

#[async_trait]
impl Subscriber for ProcessManagerSubscriber {
    fn name(&self) -> &'static str {
        "reactions"
    }

    fn is_indifferent_to(&self, page: &Page) -> bool {
        page.events().iter().all(|recorded| react(recorded).is_empty())
    }

    async fn apply(
        &self,
        transaction: &mut PgTransaction<'_>,
        _: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        let mut rows = Rows::default();
        for recorded in page.events() {
            for due in react(recorded) {
                rows.push(recorded, &due);
            }
        }
        Ok(rows.insert(transaction).await?)
    }

    fn applied(&self) {
        self.work.notify_one();
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

    async fn insert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.dedupe.is_empty() {
            return Ok(());
        }
        sqlx::query(
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
        Ok(())
    }
}
