//! `hip.care_context`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::care_context::{Change, What, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.care_context`.
pub struct CareContextTable;

#[async_trait]
impl Table for CareContextTable {
    const NAME: &'static str = "care_context";

    type Change = Change;

    fn change(recorded: &Recorded<Event>) -> Option<Change> {
        change(recorded)
    }

    async fn write(transaction: &mut PgTransaction<'_>, change: Change) -> Result<(), sqlx::Error> {
        let stream = change.stream.as_str();
        let query = match change.what {
            What::Registered(facts, hi_types) => {
                let hi_types: Vec<&str> = hi_types.iter().map(|hi_type| hi_type.as_str()).collect();
                sqlx::query(
                    "INSERT INTO care_context (stream_id, care_context_number, facility_id, subject_id, \
                                                   visit_stream_id, visited_at, hi_types, link_state) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7, 'unlinked') \
                     ON CONFLICT (stream_id) DO UPDATE SET hi_types = EXCLUDED.hi_types, \
                                                           visited_at = EXCLUDED.visited_at",
                )
                .bind(stream.to_owned())
                .bind(String::from(facts.reference))
                .bind(String::from(facts.facility))
                .bind(facts.subject.0)
                .bind(facts.visit.as_str().to_owned())
                .bind(facts.visited_at)
                .bind(hi_types.into_iter().map(str::to_owned).collect::<Vec<_>>())
            }
            What::LinkRequested(request_id) => sqlx::query(
                "UPDATE care_context SET link_state = 'requested', link_request_id = $2, link_error = NULL, \
                                             link_retry_at = NULL \
                  WHERE stream_id = $1",
            )
            .bind(stream.to_owned())
            .bind(request_id.0),
            What::Linked(at) => sqlx::query(
                "UPDATE care_context SET link_state = 'linked', linked_at = $2, link_error = NULL, link_retry_at = NULL \
                  WHERE stream_id = $1",
            )
            .bind(stream.to_owned())
            .bind(at),
            What::LinkRejected(code, retry_at) => sqlx::query(
                "UPDATE care_context SET link_state = 'unlinked', link_error = $2, link_retry_at = $3 \
                  WHERE stream_id = $1",
            )
            .bind(stream.to_owned())
            .bind(String::from(code))
            .bind(retry_at),
        };
        query.execute(&mut **transaction).await?;
        Ok(())
    }
}
