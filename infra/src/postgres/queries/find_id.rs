//! What an id names.

use sqlx::PgPool;

use crate::postgres::deadline::InTime;

/// A thing with an id that people copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// A visit, by its code.
    Visit,
    /// A consent, by its id in the network.
    Consent,
    /// A transfer, by its transaction id.
    Transfer,
}

/// Finds what has this id at these facilities.
///
/// # Errors
///
/// The database cannot be read.
pub async fn find(
    pool: &PgPool,
    id: &str,
    facilities: &[String],
) -> Result<Option<Found>, sqlx::Error> {
    let found: Option<String> = sqlx::query_scalar(
        "SELECT CASE \
           WHEN EXISTS (SELECT FROM hip.consent WHERE consent_id = $1 \
                           AND facility_id = ANY($2)) THEN 'consent' \
           WHEN EXISTS (SELECT FROM hip.data_flow_request WHERE transaction_id = $1 \
                           AND facility_id = ANY($2)) THEN 'transfer' \
           WHEN EXISTS (SELECT FROM hip.visit WHERE visit_code = $1 \
                           AND facility_id = ANY($2)) THEN 'visit' END",
    )
    .bind(id)
    .bind(facilities)
    .fetch_one(pool)
    .in_time()
    .await?;
    Ok(found.and_then(|found| match found.as_str() {
        "visit" => Some(Found::Visit),
        "consent" => Some(Found::Consent),
        "transfer" => Some(Found::Transfer),
        _ => None,
    }))
}
