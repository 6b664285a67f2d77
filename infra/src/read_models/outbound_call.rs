//! `hip.outbound_call`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::outbound_call::{OutboundCallChange, OutboundCallUpdate, Planned, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.outbound_call`.
pub struct OutboundCallTable;

#[async_trait]
impl Table for OutboundCallTable {
    const NAME: &'static str = "outbound_call";

    type Change = OutboundCallChange;

    fn change(recorded: &Recorded<Event>) -> Option<OutboundCallChange> {
        change(recorded)
    }

    fn row(change: &OutboundCallChange) -> Option<String> {
        Some(change.stream.as_str().to_owned())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<OutboundCallChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut plans, mut ends) = (Plans::default(), Changes::default());
        for OutboundCallChange { stream, at, what } in changes {
            let stream = stream.as_str().to_owned();
            match what {
                OutboundCallUpdate::Planned(planned) => plans.push(stream, at, planned),
                what @ (OutboundCallUpdate::Attempted(_)
                | OutboundCallUpdate::Failed(..)
                | OutboundCallUpdate::Accepted(_)
                | OutboundCallUpdate::Abandoned(..)
                | OutboundCallUpdate::Refused(..)
                | OutboundCallUpdate::Resumed
                | OutboundCallUpdate::Replayed(..)) => ends.push(stream, at, what),
            }
        }
        plans.insert(transaction).await?;
        ends.update(transaction).await
    }
}

/// Planned calls, column by column.
#[derive(Default)]
struct Plans {
    stream: Vec<String>,
    request_id: Vec<uuid::Uuid>,
    kind: Vec<&'static str>,
    facility: Vec<String>,
    conversation: Vec<uuid::Uuid>,
    at: Vec<DateTime<Utc>>,
    position: Vec<i64>,
    status: Vec<&'static str>,
    replay: Vec<Option<uuid::Uuid>>,
}

impl Plans {
    fn push(&mut self, stream: String, at: DateTime<Utc>, planned: Planned) {
        let status = if planned.suppressed_by.is_some() { "suppressed" } else { "planned" };
        self.stream.push(stream);
        self.request_id.push(planned.request_id.0);
        self.kind.push(planned.kind);
        self.facility.push(planned.facility.into());
        self.conversation.push(planned.conversation);
        self.at.push(at);
        self.position.push(planned.position);
        self.status.push(status);
        self.replay.push(planned.suppressed_by.map(|replay| replay.0));
    }

    async fn insert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO outbound_call (stream_id, request_id, kind, facility_id, conversation, planned_at, \
                                        planned_pos, status, replay_id, changed_at) \
             SELECT m.*, m.at \
               FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::uuid[], $6::timestamptz[], \
                           $7::bigint[], $8::text[], $9::uuid[]) \
                    AS m(stream_id, request_id, kind, facility_id, conversation, at, pos, status, replay_id) \
             ON CONFLICT DO NOTHING",
        )
        .bind(self.stream)
        .bind(self.request_id)
        .bind(self.kind)
        .bind(self.facility)
        .bind(self.conversation)
        .bind(self.at)
        .bind(self.position)
        .bind(self.status)
        .bind(self.replay)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Results of calls, column by column. `None` keeps the column; HTTP status,
/// code and reason are those of the newest end.
#[derive(Default)]
struct Changes {
    stream: Vec<String>,
    at: Vec<DateTime<Utc>>,
    status: Vec<&'static str>,
    attempt: Vec<Option<i32>>,
    http_status: Vec<Option<i32>>,
    error: Vec<Option<String>>,
    reason: Vec<Option<String>>,
    replay: Vec<Option<uuid::Uuid>>,
    renewed: Vec<Option<uuid::Uuid>>,
}

/// The columns of one change.
#[derive(Default)]
struct Row {
    /// `None` keeps the previous status.
    status: Option<&'static str>,
    attempt: Option<u32>,
    http_status: Option<u16>,
    error: Option<String>,
    reason: Option<String>,
    replay: Option<uuid::Uuid>,
    renewed: Option<uuid::Uuid>,
}

impl Row {
    fn of(what: OutboundCallUpdate) -> Self {
        match what {
            // Inserted, not updated.
            OutboundCallUpdate::Planned(_) => Self::default(),
            OutboundCallUpdate::Attempted(attempt) => {
                Self { status: Some("attempted"), attempt: Some(attempt), ..Self::default() }
            }
            OutboundCallUpdate::Failed(http_status, code) => Self {
                status: Some("failed"),
                http_status,
                error: code.map(String::from),
                ..Self::default()
            },
            OutboundCallUpdate::Accepted(http_status) => {
                Self { status: Some("accepted"), http_status, ..Self::default() }
            }
            OutboundCallUpdate::Abandoned(http_status, code, reason) => Self {
                status: Some("abandoned"),
                http_status,
                error: code.map(String::from),
                reason: Some(reason),
                ..Self::default()
            },
            OutboundCallUpdate::Resumed => Self { status: Some("planned"), ..Self::default() },
            OutboundCallUpdate::Refused(code, reason, renewed) => Self {
                status: Some("abandoned"),
                error: Some(code.into()),
                reason,
                renewed: renewed.map(|id| id.0),
                ..Self::default()
            },
            OutboundCallUpdate::Replayed(replay, renewed) => Self {
                // With another id it is sent as another call, and this one keeps its status.
                status: renewed.is_none().then_some("planned"),
                replay: Some(replay.0),
                renewed: renewed.map(|id| id.0),
                ..Self::default()
            },
        }
    }
}

impl Changes {
    fn push(&mut self, stream: String, at: DateTime<Utc>, what: OutboundCallUpdate) {
        let row = Row::of(what);
        self.stream.push(stream);
        self.at.push(at);
        self.status.push(row.status.unwrap_or_default());
        self.attempt.push(row.attempt.and_then(|attempt| i32::try_from(attempt).ok()));
        self.http_status.push(row.http_status.map(i32::from));
        self.error.push(row.error);
        self.reason.push(row.reason);
        self.replay.push(row.replay);
        self.renewed.push(row.renewed);
    }

    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE outbound_call c \
                SET status = coalesce(nullif(m.status, ''), c.status), \
                    attempts = coalesce(m.attempt, c.attempts), \
                    http_status = CASE WHEN m.status = '' THEN c.http_status ELSE m.http_status END, \
                    error = CASE WHEN m.status = '' THEN c.error ELSE m.error END, \
                    reason = CASE WHEN m.status = '' THEN c.reason ELSE m.reason END, \
                    replays = c.replays + CASE WHEN m.replay_id IS NULL THEN 0 ELSE 1 END, \
                    replay_id = coalesce(m.replay_id, c.replay_id), \
                    renewed_as = coalesce(m.renewed_as, c.renewed_as), changed_at = m.at \
               FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[], $5::int[], $6::text[], \
                           $7::text[], $8::uuid[], $9::uuid[]) \
                    AS m(stream_id, at, status, attempt, http_status, error, reason, replay_id, renewed_as) \
              WHERE c.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.at)
        .bind(self.status)
        .bind(self.attempt)
        .bind(self.http_status)
        .bind(self.error)
        .bind(self.reason)
        .bind(self.replay)
        .bind(self.renewed)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
