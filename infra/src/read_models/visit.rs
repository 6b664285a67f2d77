//! `hip.visit`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::visit::VisitFacts;
use hip_projections::visit::{VisitChange, VisitUpdate, change};
use serde::Serialize;
use sqlx::PgTransaction;
use uuid::Uuid;

use super::erased::Erased;
use super::table::Table;

/// Writes `hip.visit`.
pub struct VisitTable;

#[async_trait]
impl Table for VisitTable {
    const NAME: &'static str = "visit";

    type Change = VisitChange;

    fn change(recorded: &Recorded<Event>) -> Option<VisitChange> {
        change(recorded)
    }

    fn row(change: &VisitChange) -> Option<String> {
        Some(change.stream.as_str().to_owned())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<VisitChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut revised, mut documented) = (Revised::default(), Documented::default());
        let (mut rejected, mut linked) = (Documented::default(), vec![]);
        for VisitChange { stream, what } in changes {
            let stream = stream.as_str().to_owned();
            match what {
                VisitUpdate::Revised { revision, facts, recorded_at } => {
                    revised.push(stream, revision, facts, recorded_at);
                }
                VisitUpdate::Documented { built, skipped } => {
                    documented.push(stream, &built, &skipped);
                }
                VisitUpdate::Rejected(document) => rejected.push(stream, &[document], &[(); 0]),
                VisitUpdate::Linked => linked.push(stream),
            }
        }
        revised.upsert(transaction).await?;
        let all = "UPDATE visit v SET documents = m.one::jsonb, skipped = m.other::jsonb \
                     FROM unnest($1::text[], $2::text[], $3::text[]) AS m(stream_id, one, other) \
                    WHERE v.stream_id = m.stream_id";
        documented.update(transaction, all).await?;
        let more = "UPDATE visit v SET rejected = v.rejected || m.one::jsonb \
                      FROM unnest($1::text[], $2::text[], $3::text[]) AS m(stream_id, one, other) \
                     WHERE v.stream_id = m.stream_id AND NOT v.rejected @> m.one::jsonb";
        rejected.update(transaction, more).await?;
        if !linked.is_empty() {
            sqlx::query("UPDATE visit SET linked = true WHERE stream_id = ANY($1)")
                .bind(linked)
                .execute(&mut **transaction)
                .await?;
        }
        Ok(())
    }

    async fn forget(
        transaction: &mut PgTransaction<'_>,
        erased: &Erased<'_>,
    ) -> Result<(), sqlx::Error> {
        erased.run(transaction, "DELETE FROM visit WHERE subject_id = $1").await
    }
}

/// Revisions, column by column.
#[derive(Default)]
struct Revised {
    stream: Vec<String>,
    code: Vec<String>,
    facility: Vec<String>,
    subject: Vec<Uuid>,
    revision: Vec<i32>,
    visited_at: Vec<DateTime<Utc>>,
    recorded_at: Vec<DateTime<Utc>>,
}

impl Revised {
    fn push(
        &mut self,
        stream: String,
        revision: u32,
        facts: VisitFacts,
        recorded_at: DateTime<Utc>,
    ) {
        self.stream.push(stream);
        self.code.push(facts.care_context.into());
        self.facility.push(facts.facility.into());
        self.subject.push(facts.subject.0);
        self.revision.push(i32::try_from(revision).unwrap_or(i32::MAX));
        self.visited_at.push(facts.visited_at);
        self.recorded_at.push(recorded_at);
    }

    async fn upsert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO visit (stream_id, visit_code, facility_id, subject_id, revision, visited_at, recorded_at) \
             SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::uuid[], $5::int[], $6::timestamptz[], \
                                  $7::timestamptz[]) \
             ON CONFLICT (stream_id) DO UPDATE \
                SET subject_id = EXCLUDED.subject_id, revision = EXCLUDED.revision, visited_at = EXCLUDED.visited_at, \
                    recorded_at = EXCLUDED.recorded_at, documents = '[]', skipped = '[]', rejected = '[]'",
        )
        .bind(self.stream)
        .bind(self.code)
        .bind(self.facility)
        .bind(self.subject)
        .bind(self.revision)
        .bind(self.visited_at)
        .bind(self.recorded_at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Lists of documents, as JSON, column by column.
#[derive(Default)]
struct Documented {
    stream: Vec<String>,
    one: Vec<String>,
    other: Vec<String>,
}

impl Documented {
    fn push<A: Serialize, B: Serialize>(&mut self, stream: String, one: &[A], other: &[B]) {
        let json = |value: serde_json::Result<String>| value.expect("our own types serialise");
        self.stream.push(stream);
        self.one.push(json(serde_json::to_string(one)));
        self.other.push(json(serde_json::to_string(other)));
    }

    async fn update(
        self,
        transaction: &mut PgTransaction<'_>,
        statement: &'static str,
    ) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(statement)
            .bind(self.stream)
            .bind(self.one)
            .bind(self.other)
            .execute(&mut **transaction)
            .await?;
        Ok(())
    }
}
