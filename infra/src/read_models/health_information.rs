//! `hip.health_information`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::health_information::{
    HealthInformationChange, HealthInformationUpdate, change,
};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.health_information`.
pub struct HealthInformationTable;

#[async_trait]
impl Table for HealthInformationTable {
    const NAME: &'static str = "health_information";

    type Change = HealthInformationChange;

    fn change(recorded: &Recorded<Event>) -> Option<HealthInformationChange> {
        change(recorded)
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<HealthInformationChange>,
    ) -> Result<(), sqlx::Error> {
        for change in changes {
            write(transaction, change).await?;
        }
        Ok(())
    }
}

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: HealthInformationChange,
) -> Result<(), sqlx::Error> {
    let HealthInformationChange { transfer, page, at, what } = change;
    let transaction_id = transfer.transaction().map(String::from);
    let page = i32::try_from(page).unwrap_or(i32::MAX);
    let query = match what {
            HealthInformationUpdate::Encrypted(seal, position) => sqlx::query(
                "INSERT INTO health_information (information_id, transaction_id, page, created_at, data_pos, \
                                                 hiu_dialect, plain_bytes, ciphertext) \
                 VALUES ($1 || '/' || $2, $1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            )
            .bind(transaction_id)
            .bind(page)
            .bind(at)
            .bind(position)
            .bind(seal.dialect)
            .bind(i64::try_from(seal.plain_bytes).unwrap_or(i64::MAX))
            .bind(seal.ciphertext.to_string()),
            HealthInformationUpdate::Pushed(status) => sqlx::query(
                "UPDATE health_information SET pushed_at = $3, push_status = $4 \
                  WHERE transaction_id = $1 AND page = $2",
            )
            .bind(transaction_id)
            .bind(page)
            .bind(at)
            .bind(i32::from(status)),
            HealthInformationUpdate::Skipped(reason) => sqlx::query(
                "INSERT INTO health_information (information_id, transaction_id, page, created_at, skipped) \
                 VALUES ($1 || '/' || $2, $1, $2, $3, $4) \
                 ON CONFLICT (information_id) DO UPDATE SET skipped = EXCLUDED.skipped",
            )
            .bind(transaction_id)
            .bind(page)
            .bind(at)
            .bind(reason),
        };
    query.execute(&mut **transaction).await?;
    Ok(())
}
