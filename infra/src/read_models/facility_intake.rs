//! `hip.facility_intake`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::facility_intake::{FacilityIntakeChange, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.facility_intake`.
pub struct FacilityIntakeTable;

#[async_trait]
impl Table for FacilityIntakeTable {
    const NAME: &'static str = "facility_intake";

    type Change = FacilityIntakeChange;

    fn change(recorded: &Recorded<Event>) -> Option<FacilityIntakeChange> {
        change(recorded)
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<FacilityIntakeChange>,
    ) -> Result<(), sqlx::Error> {
        for change in changes {
            write(transaction, change).await?;
        }
        Ok(())
    }
}

async fn write(
    transaction: &mut PgTransaction<'_>,
    change: FacilityIntakeChange,
) -> Result<(), sqlx::Error> {
    let FacilityIntakeChange { facility, paused, reason, at } = change;
    sqlx::query(
            "INSERT INTO facility_intake (facility_id, paused, reason, changed_at) VALUES ($1, $2, $3, $4) \
             ON CONFLICT (facility_id) DO UPDATE SET paused = $2, reason = $3, changed_at = $4",
        )
        .bind(String::from(facility))
        .bind(paused)
        .bind(reason)
        .bind(at)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
