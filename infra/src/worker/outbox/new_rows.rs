//! Tasks that were not stored with the events they follow from.

use chrono::{DateTime, Utc};
use hip_commands::process_managers::is_urgent;
use hip_commands::tasks::Due;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use sqlx::PgConnection;

use crate::postgres::event_store::SHARD;

/// Tasks, column by column.
#[derive(Default)]
pub(crate) struct NewRows {
    dedupe: Vec<String>,
    stream: Vec<String>,
    kind: Vec<&'static str>,
    request: Vec<Vec<u8>>,
    lane: Vec<i16>,
    priority: Vec<i16>,
    due_at: Vec<Option<DateTime<Utc>>>,
}

impl NewRows {
    pub(crate) fn push(&mut self, recorded: &Recorded<Event>, due: &Due) {
        self.dedupe.push(due.key());
        self.stream.push(recorded.stream.as_str().to_owned());
        self.kind.push(due.task.kind());
        self.due_at.push(due.at);
        self.lane.push(due.task.lane().number());
        self.priority.push(i16::from(!is_urgent(recorded, &due.task))); // the smallest goes first
        self.request.push(serde_json::to_vec(due).expect("our own tasks serialise"));
    }

    /// Returns how many were not stored before.
    pub(crate) async fn insert(self, connection: &mut PgConnection) -> Result<u64, sqlx::Error> {
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
        .execute(&mut *connection)
        .await?;
        Ok(stored.rows_affected())
    }
}
