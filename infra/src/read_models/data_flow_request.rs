//! `hip.data_flow_request` and `hip.page_push`.

use std::collections::BTreeMap;

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::id::TransactionId;
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
        // A page is planned before its call is attempted, so the calls may come last.
        let mut outcomes = BTreeMap::new();
        for change in changes {
            let query = match change {
                DataFlowRequestChange::Transfer { stream, what } => of_transfer(&stream, what),
                DataFlowRequestChange::Page { call, transaction, page } => {
                    planned(&call, transaction, page)
                }
                DataFlowRequestChange::Call { call, outcome } => {
                    outcomes.insert(call.as_str().to_owned(), outcome);
                    continue;
                }
            };
            query.execute(&mut **transaction).await?;
        }
        write_outcomes(transaction, outcomes).await
    }
}

/// The last outcome of each call. Most calls send no page.
async fn write_outcomes(
    transaction: &mut PgTransaction<'_>,
    outcomes: BTreeMap<String, DataFlowRequestOutcome>,
) -> Result<(), sqlx::Error> {
    if outcomes.is_empty() {
        return Ok(());
    }
    let is = |wanted| outcomes.values().map(move |outcome| *outcome == wanted).collect::<Vec<_>>();
    let on_its_way = is(DataFlowRequestOutcome::OnItsWay);
    let delivered = is(DataFlowRequestOutcome::Delivered);
    let streams: Vec<&String> = outcomes.keys().collect();
    sqlx::query(
        "UPDATE page_push p SET on_its_way = m.on_its_way, delivered = m.delivered \
           FROM unnest($1::text[], $2::boolean[], $3::boolean[]) AS m(stream_id, on_its_way, delivered) \
          WHERE p.stream_id = m.stream_id",
    )
    .bind(streams)
    .bind(on_its_way)
    .bind(delivered)
    .execute(&mut **transaction)
    .await?;
    Ok(())
}

fn planned(
    call: &StreamId,
    transaction: TransactionId,
    page: u32,
) -> Query<'static, sqlx::Postgres, PgArguments> {
    sqlx::query(
        "INSERT INTO page_push (stream_id, transaction_id, page) VALUES ($1, $2, $3) \
         ON CONFLICT DO NOTHING",
    )
    .bind(call.as_str().to_owned())
    .bind(String::from(transaction))
    .bind(i32::try_from(page).unwrap_or(i32::MAX))
}

fn of_transfer(
    stream: &StreamId,
    what: DataFlowRequestUpdate,
) -> Query<'static, sqlx::Postgres, PgArguments> {
    // In the spelling of the stream name; the network's ids differ in case at most.
    let id = stream.transaction().map(String::from);
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
