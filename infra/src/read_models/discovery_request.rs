//! `hip.discovery_request`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::discovery_request::{DiscoveryRequestChange, DiscoveryRequestUpdate, change};
use sqlx::PgTransaction;

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

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<DiscoveryRequestChange>,
    ) -> Result<(), sqlx::Error> {
        for change in changes {
            write(transaction, change).await?;
        }
        Ok(())
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

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: DiscoveryRequestChange,
) -> Result<(), sqlx::Error> {
    let DiscoveryRequestChange { stream, at, what } = change;
    let stream = stream.as_str().to_owned();
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let query = match what {
            DiscoveryRequestUpdate::Requested(transaction, facility, position) => sqlx::query(
                "INSERT INTO discovery_request (stream_id, transaction_id, facility_id, requested_at, requested_pos, outcome) \
                 VALUES ($1, $2, $3, $4, $5, 'asked') ON CONFLICT DO NOTHING",
            )
            .bind(stream)
            .bind(String::from(transaction))
            .bind(String::from(facility))
            .bind(at)
            .bind(position),
            DiscoveryRequestUpdate::Matched { subject, matched_by, care_context_count } => {
                let matched_by = matched_by.iter().map(|by| by.as_str().to_owned());
                sqlx::query(
                    "UPDATE discovery_request SET outcome = 'matched', error = NULL, subject_id = $3, \
                            matched_by = $4, care_context_count = $5, answered_at = $2 WHERE stream_id = $1",
                )
                .bind(stream)
                .bind(at)
                .bind(subject.0)
                .bind(matched_by.collect::<Vec<_>>())
                .bind(count(care_context_count))
            }
            DiscoveryRequestUpdate::NotMatched { code, candidate_count } => sqlx::query(
                "UPDATE discovery_request SET outcome = 'not_matched', error = $3, candidate_count = $4, \
                        answered_at = $2 WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at)
            .bind(String::from(code))
            .bind(i32::try_from(candidate_count).unwrap_or(i32::MAX)),
        };
    query.execute(&mut **transaction).await?;
    Ok(())
}
