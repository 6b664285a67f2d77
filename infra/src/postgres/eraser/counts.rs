//! Counts of a patient's records, from the read models.

use chrono::{DateTime, Utc};
use hip_commands::port::eraser::{RecordCounts, SubjectKeys};
use hip_domain::id::Pseudonym;
use sqlx::PgPool;

use crate::postgres::deadline::InTime;

#[derive(sqlx::FromRow)]
struct Row {
    keys: i64,
    visits: i64,
    care_contexts: i64,
    consents: i64,
    discoveries: i64,
    user_links: i64,
    visited_at: Option<DateTime<Utc>>,
    consented_until: Option<DateTime<Utc>>,
    disclosed_at: Option<DateTime<Utc>>,
}

/// Counts records. A key is counted until it is destroyed.
pub(super) async fn of(pool: &PgPool, whose: &SubjectKeys) -> Result<RecordCounts, sqlx::Error> {
    let addresses: Vec<&str> = whose.addresses.iter().map(Pseudonym::as_str).collect();
    let row: Row = sqlx::query_as(include_str!("counts.sql"))
        .bind(whose.subject.0)
        .bind(whose.facility.as_str())
        .bind(addresses)
        .fetch_one(pool)
        .in_time()
        .await?;
    let count = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(RecordCounts {
        keys: count(row.keys),
        visits: count(row.visits),
        care_contexts: count(row.care_contexts),
        consents: count(row.consents),
        discoveries: count(row.discoveries),
        user_links: count(row.user_links),
        visited_at: row.visited_at,
        consented_until: row.consented_until,
        disclosed_at: row.disclosed_at,
    })
}
