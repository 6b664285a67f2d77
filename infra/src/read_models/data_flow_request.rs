//! `hip.data_flow_request` and `hip.page_push`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_projections::data_flow_request::{
    DataFlowRequestChange, DataFlowRequestOutcome, DataFlowRequestUpdate, change,
};
use sqlx::PgTransaction;
use sqlx::postgres::PgArguments;
use sqlx::query::Query;

use super::table::Table;
use crate::subscription::Poison;

/// Writes `hip.data_flow_request` and `hip.page_push`.
pub struct DataFlowRequestTable;

#[async_trait]
impl Table for DataFlowRequestTable {
    const NAME: &'static str = "data_flow_request";

    // This table decides when the end of a consent can be acknowledged.
    const POISON: Poison = Poison::QuarantineStream;

    type Change = DataFlowRequestChange;

    fn change(recorded: &Recorded<Event>) -> Option<DataFlowRequestChange> {
        change(recorded)
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<DataFlowRequestChange>,
    ) -> Result<(), sqlx::Error> {
        for change in changes {
            write(transaction, change).await?;
        }
        Ok(())
    }
}

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: DataFlowRequestChange,
) -> Result<(), sqlx::Error> {
    let query = match change {
        DataFlowRequestChange::Transfer { stream, what } => of_transfer(&stream, what),
        DataFlowRequestChange::Page { call, transaction, page } => sqlx::query(
            "INSERT INTO page_push (stream_id, transaction_id, page) VALUES ($1, $2, $3) \
                 ON CONFLICT DO NOTHING",
        )
        .bind(call.as_str().to_owned())
        .bind(String::from(transaction))
        .bind(i32::try_from(page).unwrap_or(i32::MAX)),
        DataFlowRequestChange::Call { call, outcome } => {
            sqlx::query("UPDATE page_push SET on_its_way = $2, delivered = $3 WHERE stream_id = $1")
                .bind(call.as_str().to_owned())
                .bind(outcome == DataFlowRequestOutcome::OnItsWay)
                .bind(outcome == DataFlowRequestOutcome::Delivered)
        }
    };
    query.execute(&mut **transaction).await?;
    Ok(())
}

fn of_transfer(
    stream: &StreamId,
    what: DataFlowRequestUpdate,
) -> Query<'static, sqlx::Postgres, PgArguments> {
    // In the spelling of the stream name; the network's ids differ in case at most.
    let id = stream.as_str().trim_start_matches("transfer-").to_owned();
    match what {
        DataFlowRequestUpdate::Requested(facts, at) => sqlx::query(
            "INSERT INTO data_flow_request (transaction_id, facility_id, consent_id, status, requested_at) \
             VALUES ($1, $2, $3, 'requested', $4) ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(String::from(facts.facility))
        .bind(String::from(facts.consent_id))
        .bind(at),
        DataFlowRequestUpdate::Refused(code) => sqlx::query(
            "UPDATE data_flow_request SET status = 'refused', error = $2 WHERE transaction_id = $1",
        )
        .bind(id)
        .bind(String::from(code)),
        DataFlowRequestUpdate::Prepared(pages) => sqlx::query(
            "UPDATE data_flow_request SET status = 'sending', page_count = $2 WHERE transaction_id = $1",
        )
        .bind(id)
        .bind(i32::try_from(pages).unwrap_or(i32::MAX)),
        DataFlowRequestUpdate::Encrypted(dialect) => {
            sqlx::query("UPDATE data_flow_request SET hiu_dialect = $2 WHERE transaction_id = $1")
                .bind(id)
                .bind(dialect)
        }
        DataFlowRequestUpdate::Completed { transferred, at } => sqlx::query(
            "UPDATE data_flow_request \
                SET status = CASE WHEN status = 'refused' THEN status ELSE $2 END, completed_at = $3 \
              WHERE transaction_id = $1",
        )
        .bind(id)
        .bind(if transferred { "transferred" } else { "failed" })
        .bind(at),
    }
}
