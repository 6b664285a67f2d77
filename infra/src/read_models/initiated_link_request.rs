//! `hip.initiated_link_request`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::initiated_link_request::{
    InitiatedLinkRequestChange, InitiatedLinkRequestUpdate, change,
};
use sqlx::PgTransaction;

use super::erased::Erased;
use super::table::Table;

/// Writes `hip.initiated_link_request`.
pub struct InitiatedLinkRequestTable;

#[async_trait]
impl Table for InitiatedLinkRequestTable {
    const NAME: &'static str = "initiated_link_request";

    type Change = InitiatedLinkRequestChange;

    fn change(recorded: &Recorded<Event>) -> Option<InitiatedLinkRequestChange> {
        change(recorded)
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<InitiatedLinkRequestChange>,
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
        erased.run(transaction, "DELETE FROM initiated_link_request WHERE subject_id = $1").await
    }
}

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: InitiatedLinkRequestChange,
) -> Result<(), sqlx::Error> {
    let InitiatedLinkRequestChange { stream, at, what } = change;
    let stream = stream.as_str().to_owned();
    let query = match what {
            InitiatedLinkRequestUpdate::Initiated(facts) => {
                let chosen = facts.chosen.into_iter().map(|chosen| String::from(chosen.reference));
                sqlx::query(
                    "INSERT INTO initiated_link_request (stream_id, request_id, txn_id, link_reference_number, \
                                 facility_id, subject_id, care_contexts, status, created_at, changed_at) \
                     VALUES ($1, $3, $4, $5, $6, $7, $8, 'initiated', $2, $2) ON CONFLICT DO NOTHING",
                )
                .bind(stream)
                .bind(at)
                .bind(facts.request_id.0)
                .bind(String::from(facts.transaction))
                .bind(facts.reference.to_string())
                .bind(String::from(facts.facility))
                .bind(facts.subject.0)
                .bind(chosen.collect::<Vec<_>>())
            }
            InitiatedLinkRequestUpdate::Refused(tries_left) => sqlx::query(
                "UPDATE initiated_link_request SET status = 'refused', tries_left = $3, changed_at = $2 \
                  WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at)
            .bind(i32::try_from(tries_left).unwrap_or(i32::MAX)),
            InitiatedLinkRequestUpdate::Reached(status) => sqlx::query(
                "UPDATE initiated_link_request SET status = $3, changed_at = $2 WHERE stream_id = $1",
            )
            .bind(stream)
            .bind(at)
            .bind(status.as_str()),
        };
    query.execute(&mut **transaction).await?;
    Ok(())
}
