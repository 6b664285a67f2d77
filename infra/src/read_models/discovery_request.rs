//! `hip.discovery_request`.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::discovery_request::{DiscoveryRequestChange, DiscoveryRequestUpdate, change};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::erased::Erased;
use super::table::Table;

/// Writes `hip.discovery_request`.
pub struct DiscoveryRequestTable;

#[async_trait]
impl Table for DiscoveryRequestTable {
    const NAME: &'static str = "discovery_request";

    type Change = DiscoveryRequestChange;

    fn change(recorded: &Recorded<Event>) -> Option<DiscoveryRequestChange> {
        change(recorded)
    }

    fn row(change: &DiscoveryRequestChange) -> Option<String> {
        Some(change.stream.as_str().to_owned())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<DiscoveryRequestChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut asked, mut matched) = (Asked::default(), Matched::default());
        let mut unmatched = NotMatched::default();
        for DiscoveryRequestChange { stream, at, what } in changes {
            let stream = stream.as_str().to_owned();
            match what {
                DiscoveryRequestUpdate::Requested(transaction, facility, position) => {
                    asked.stream.push(stream);
                    asked.transaction.push(transaction.into());
                    asked.facility.push(facility.into());
                    asked.at.push(at);
                    asked.position.push(position);
                }
                DiscoveryRequestUpdate::Matched { subject, matched_by, care_context_count } => {
                    let words: Vec<&str> = matched_by.iter().map(|by| by.as_str()).collect();
                    matched.stream.push(stream);
                    matched.at.push(at);
                    matched.subject.push(subject.0);
                    matched.words.push(words.join(","));
                    matched.count.push(i32::try_from(care_context_count).unwrap_or(i32::MAX));
                }
                DiscoveryRequestUpdate::NotMatched { code, candidate_count } => {
                    unmatched.stream.push(stream);
                    unmatched.at.push(at);
                    unmatched.error.push(code.into());
                    unmatched.count.push(i32::try_from(candidate_count).unwrap_or(i32::MAX));
                }
            }
        }
        asked.insert(transaction).await?;
        matched.update(transaction).await?;
        unmatched.update(transaction).await
    }

    async fn forget(
        transaction: &mut PgTransaction<'_>,
        erased: &Erased<'_>,
    ) -> Result<(), sqlx::Error> {
        let statement = "UPDATE discovery_request SET subject_id = NULL, matched_by = '{}' \
                          WHERE subject_id = $1";
        erased.run(transaction, statement).await
    }
}

/// New discoveries, column by column.
#[derive(Default)]
struct Asked {
    stream: Vec<String>,
    transaction: Vec<String>,
    facility: Vec<String>,
    at: Vec<DateTime<Utc>>,
    position: Vec<i64>,
}

impl Asked {
    async fn insert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO discovery_request \
                    (stream_id, transaction_id, facility_id, requested_at, requested_pos, outcome) \
             SELECT m.*, 'asked' FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[]) AS m \
             ON CONFLICT DO NOTHING",
        )
        .bind(self.stream)
        .bind(self.transaction)
        .bind(self.facility)
        .bind(self.at)
        .bind(self.position)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Discoveries with a patient, column by column.
#[derive(Default)]
struct Matched {
    stream: Vec<String>,
    at: Vec<DateTime<Utc>>,
    subject: Vec<Uuid>,
    /// What matched: words, separated by commas.
    words: Vec<String>,
    count: Vec<i32>,
}

impl Matched {
    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE discovery_request d \
                SET outcome = 'matched', error = NULL, subject_id = m.subject_id, answered_at = m.at, \
                    matched_by = string_to_array(m.matched_by, ','), care_context_count = m.count \
               FROM unnest($1::text[], $2::timestamptz[], $3::uuid[], $4::text[], $5::int[]) \
                    AS m(stream_id, at, subject_id, matched_by, count) \
              WHERE d.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.at)
        .bind(self.subject)
        .bind(self.words)
        .bind(self.count)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// Discoveries without one, column by column.
#[derive(Default)]
struct NotMatched {
    stream: Vec<String>,
    at: Vec<DateTime<Utc>>,
    error: Vec<String>,
    count: Vec<i32>,
}

impl NotMatched {
    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.stream.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE discovery_request d \
                SET outcome = 'not_matched', error = m.error, candidate_count = m.count, answered_at = m.at \
               FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::int[]) AS m(stream_id, at, error, count) \
              WHERE d.stream_id = m.stream_id",
        )
        .bind(self.stream)
        .bind(self.at)
        .bind(self.error)
        .bind(self.count)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
