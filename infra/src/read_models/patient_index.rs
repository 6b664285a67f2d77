//! `hip.patient_index`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::id::Pseudonym;
use hip_domain::recorded::Recorded;
use hip_projections::patient_index::{Change, change};
use sqlx::PgTransaction;

use super::table::Table;

/// Writes `hip.patient_index`.
pub struct PatientIndexTable;

#[async_trait]
impl Table for PatientIndexTable {
    const NAME: &'static str = "patient_index";

    // Who has left must not be found because of something that came before.
    const MAY_PARK: bool = false;

    type Change = Change;

    fn change(recorded: &Recorded<Event>) -> Option<Change> {
        change(recorded)
    }

    async fn write(transaction: &mut PgTransaction<'_>, change: Change) -> Result<(), sqlx::Error> {
        let text = |pseudonym: Option<Pseudonym>| pseudonym.map(String::from);
        let query = match change {
            Change::Demographics { subject, facility, reference, mobile, at } => sqlx::query(
                "INSERT INTO patient_index (subject_id, facility_id, reference, mobile, demographics_at) \
                 VALUES ($1, $2, $3, $4, $5) \
                 ON CONFLICT (subject_id) DO UPDATE \
                    SET facility_id = EXCLUDED.facility_id, reference = EXCLUDED.reference, \
                        mobile = EXCLUDED.mobile, demographics_at = EXCLUDED.demographics_at",
            )
            .bind(subject.0)
            .bind(String::from(facility))
            .bind(String::from(reference))
            .bind(text(mobile))
            .bind(at),
            Change::Abha { subject, address, number, at } => sqlx::query(
                "UPDATE patient_index SET abha_address = $2, abha_number = $3, abha_at = $4 \
                  WHERE subject_id = $1",
            )
            .bind(subject.0)
            .bind(text(address))
            .bind(text(number))
            .bind(at),
            Change::NoAbha { subject } => sqlx::query(
                "UPDATE patient_index SET abha_address = NULL, abha_number = NULL, abha_at = NULL \
                  WHERE subject_id = $1",
            )
            .bind(subject.0),
        };
        query.execute(&mut **transaction).await?;
        Ok(())
    }
}
