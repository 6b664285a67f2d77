//! `hip.visit`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::visit::{Change, What, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.visit`.
pub struct VisitTable;

#[async_trait]
impl Table for VisitTable {
    const NAME: &'static str = "visit";

    type Change = Change;

    fn change(recorded: &Recorded<Event>) -> Option<Change> {
        change(recorded)
    }

    async fn write(transaction: &mut PgTransaction<'_>, change: Change) -> Result<(), sqlx::Error> {
        let stream = change.stream.as_str().to_owned();
        let json = |value: serde_json::Result<String>| value.expect("our own types serialise");
        let query = match change.what {
            What::Revised { revision, facts, recorded_at } => sqlx::query(
                "INSERT INTO visit (stream_id, visit_code, facility_id, subject_id, revision, visited_at, recorded_at) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7) \
                 ON CONFLICT (stream_id) DO UPDATE \
                    SET revision = EXCLUDED.revision, visited_at = EXCLUDED.visited_at, \
                        recorded_at = EXCLUDED.recorded_at, documents = '[]', skipped = '[]', rejected = '[]'",
            )
            .bind(stream)
            .bind(String::from(facts.care_context))
            .bind(String::from(facts.facility))
            .bind(facts.subject.0)
            .bind(i32::try_from(revision).unwrap_or(i32::MAX))
            .bind(facts.visited_at)
            .bind(recorded_at),
            What::Documented { built, skipped } => sqlx::query(
                "UPDATE visit SET documents = $2::jsonb, skipped = $3::jsonb WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(json(serde_json::to_string(&built)))
            .bind(json(serde_json::to_string(&skipped))),
            What::Rejected(document) => sqlx::query(
                "UPDATE visit SET rejected = rejected || $2::jsonb \
                  WHERE stream_id = $1 AND NOT rejected @> $2::jsonb",
            )
            .bind(stream)
            .bind(json(serde_json::to_string(&[document]))),
            What::Linked => {
                sqlx::query("UPDATE visit SET linked = true WHERE stream_id = $1").bind(stream)
            }
        };
        query.execute(&mut **transaction).await?;
        Ok(())
    }
}
