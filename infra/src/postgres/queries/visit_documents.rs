//! Which visit has a document.

use hip_domain::stream::StreamId;
use serde_json::json;
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime as _;

/// Finds the visit with this document, also if the document is invalid. `facilities` limits whose; `None` is all.
///
/// # Errors
///
/// The database does not answer.
pub async fn visit_of(
    pool: &PgPool,
    document: Uuid,
    facilities: Option<Vec<String>>,
) -> Result<Option<StreamId>, sqlx::Error> {
    let visit: Option<String> = sqlx::query_scalar(
        "SELECT stream_id FROM hip.visit WHERE (documents @> $1 OR rejected @> $1) \
            AND ($2::text[] IS NULL OR facility_id = ANY ($2)) LIMIT 1",
    )
    .bind(json!([{ "document_id": document }]))
    .bind(facilities)
    .fetch_optional(pool)
    .in_time()
    .await?;
    Ok(visit.map(StreamId::stored))
}
