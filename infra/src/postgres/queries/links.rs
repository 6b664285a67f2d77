//! One link as a row of one form: the facility or the patient started it.

use hip_domain::id::LinkReference;
use hip_domain::stream::StreamId;
use sqlx::postgres::PgRow;
use sqlx::{FromRow, PgPool};

use super::lists::link_error_columns;
use crate::postgres::deadline::InTime as _;

/// Reads the link of a care context, which the facility started. `facilities` limits whose; `None` is all.
///
/// # Errors
///
/// The database does not answer.
pub async fn of_care_context<T>(
    pool: &PgPool,
    care_context: &StreamId,
    facilities: Option<Vec<String>>,
) -> Result<Option<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    sqlx::query_as(concat!(
        "SELECT stream_id AS id, 'facility' AS begun_by, facility_id, ARRAY[care_context_number] AS care_contexts, \
                link_state AS state, link_retry_at AS retry_at, linked_at AS changed_at, ",
        link_error_columns!(""),
        " FROM hip.care_context \
          WHERE stream_id = $1 AND ($2::text[] IS NULL OR facility_id = ANY ($2))",
    ))
    .bind(care_context.as_str())
    .bind(facilities)
    .fetch_optional(pool)
    .in_time()
    .await
}

/// Reads a link that a patient started. `facilities` limits whose; `None` is all.
///
/// # Errors
///
/// The database does not answer.
pub async fn of_patient<T>(
    pool: &PgPool,
    reference: LinkReference,
    facilities: Option<Vec<String>>,
) -> Result<Option<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    sqlx::query_as(
        "SELECT link_reference_number AS id, 'patient' AS begun_by, facility_id, care_contexts, status AS state, \
                NULL::text AS link_error, NULL::text AS link_error_about, NULL::text AS link_said, \
                NULL::timestamptz AS retry_at, changed_at \
           FROM hip.initiated_link_request \
          WHERE link_reference_number = $1 AND ($2::text[] IS NULL OR facility_id = ANY ($2)) LIMIT 1",
    )
    .bind(reference.0.to_string())
    .bind(facilities)
    .fetch_optional(pool)
    .in_time()
    .await
}
