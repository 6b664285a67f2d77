//! `hip.callback`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::inbound::ReceivedCallback;
use hip_domain::recorded::Recorded;
use hip_projections::callback::{CallbackChange, CallbackUpdate, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.callback`.
pub struct CallbackTable;

#[async_trait]
impl Table for CallbackTable {
    const NAME: &'static str = "callback";

    type Change = CallbackChange;

    fn change(recorded: &Recorded<Event>) -> Option<CallbackChange> {
        change(recorded)
    }

    fn row(change: &CallbackChange) -> Option<String> {
        Some(change.stream.as_str().to_owned())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<CallbackChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut messages, mut closed) = (Messages::default(), Closed::default());
        let mut replayed = Replayed::default();
        for CallbackChange { stream, at, what } in changes {
            let stream = stream.as_str().to_owned();
            match what {
                CallbackUpdate::Received(received, position) => {
                    messages.push(stream, *received, at, position);
                }
                CallbackUpdate::Interpreted => {
                    closed.push(stream, at, "interpreted", None, None, None);
                }
                CallbackUpdate::Rejected(code, reason) => {
                    closed.push(stream, at, "rejected", Some(code.into()), None, Some(reason));
                }
                CallbackUpdate::Failed(field, expected) => {
                    closed.push(stream, at, "failed", None, Some(field), Some(expected));
                }
                CallbackUpdate::Replayed(replay) => {
                    replayed.stream.push(stream);
                    replayed.replay.push(replay.0);
                }
            }
        }
        messages.insert(transaction).await?;
        closed.update(transaction).await?;
        replayed.update(transaction).await
    }
}

/// Replayed messages, column by column. Until the replay ends they keep their
/// state.
#[derive(Default)]
struct Replayed {
    stream: Vec<String>,
    replay: Vec<uuid::Uuid>,
}

impl Replayed {
    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE callback c SET replays = c.replays + 1, replay_id = m.replay_id \
               FROM unnest($1::text[], $2::uuid[]) AS m(stream_id, replay_id) \
              WHERE c.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.replay)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Received messages, column by column.
#[derive(Default)]
struct Messages {
    stream: Vec<String>,
    request_id: Vec<uuid::Uuid>,
    kind: Vec<&'static str>,
    api: Vec<&'static str>,
    facility: Vec<String>,
    at: Vec<DateTime<Utc>>,
    position: Vec<i64>,
    late_by_s: Vec<i64>,
}

impl Messages {
    fn push(
        &mut self,
        stream: String,
        received: ReceivedCallback,
        at: DateTime<Utc>,
        position: i64,
    ) {
        self.stream.push(stream);
        self.request_id.push(received.request_id.0);
        self.kind.push(received.kind.as_str());
        self.api.push(received.api.as_str());
        self.facility.push(received.facility.into());
        self.at.push(at);
        self.position.push(position);
        self.late_by_s.push(received.bearer.late_by_s);
    }

    async fn insert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO callback (stream_id, request_id, kind, api, facility_id, received_at, received_pos, \
                                   late_by_s, status) \
             SELECT m.*, 'received' \
               FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], \
                           $7::bigint[], $8::bigint[]) AS m \
             ON CONFLICT DO NOTHING",
        )
        .bind(self.stream)
        .bind(self.request_id)
        .bind(self.kind)
        .bind(self.api)
        .bind(self.facility)
        .bind(self.at)
        .bind(self.position)
        .bind(self.late_by_s)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Processed messages, column by column.
#[derive(Default)]
struct Closed {
    stream: Vec<String>,
    at: Vec<DateTime<Utc>>,
    status: Vec<&'static str>,
    error: Vec<Option<String>>,
    field: Vec<Option<String>>,
    reason: Vec<Option<String>>,
}

impl Closed {
    fn push(
        &mut self,
        stream: String,
        at: DateTime<Utc>,
        status: &'static str,
        error: Option<String>,
        field: Option<String>,
        reason: Option<String>,
    ) {
        self.stream.push(stream);
        self.at.push(at);
        self.status.push(status);
        self.error.push(error);
        self.field.push(field);
        self.reason.push(reason);
    }

    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE callback c SET status = m.status, error = m.error, field = m.field, reason = m.reason, \
                                   closed_at = m.at \
               FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[]) \
                    AS m(stream_id, at, status, error, field, reason) \
              WHERE c.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.at)
        .bind(self.status)
        .bind(self.error)
        .bind(self.field)
        .bind(self.reason)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
