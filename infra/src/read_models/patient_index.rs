//! `hip.patient_index`.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_projections::patient_index::{PatientIndexChange, change};
use sqlx::PgTransaction;
use uuid::Uuid;

use super::erased::Erased;
use super::table::Table;
use crate::subscription::Poison;

/// Writes `hip.patient_index`.
pub struct PatientIndexTable;

#[async_trait]
impl Table for PatientIndexTable {
    const NAME: &'static str = "patient_index";

    // A patient who opted out must not be found because of an earlier event.
    const POISON: Poison = Poison::QuarantineStream;

    type Change = PatientIndexChange;

    fn change(recorded: &Recorded<Event>) -> Option<PatientIndexChange> {
        change(recorded)
    }

    fn row(change: &PatientIndexChange) -> Option<String> {
        let (PatientIndexChange::Demographics { subject, .. }
        | PatientIndexChange::Abha { subject, .. }
        | PatientIndexChange::NoAbha { subject }) = change;
        Some(subject.to_string())
    }

    async fn write(
        transaction: &mut PgTransaction<'_>,
        changes: Vec<PatientIndexChange>,
    ) -> Result<(), sqlx::Error> {
        let (mut people, mut abha) = (People::default(), Abha::default());
        for change in changes {
            match change {
                PatientIndexChange::Demographics { subject, facility, reference, mobile, at } => {
                    people.subject.push(subject.0);
                    people.facility.push(facility.into());
                    people.reference.push(reference.into());
                    people.mobile.push(mobile.map(String::from));
                    people.at.push(at);
                }
                PatientIndexChange::Abha { subject, address, number, at } => {
                    abha.subject.push(subject.0);
                    abha.address.push(address.map(String::from));
                    abha.number.push(number.map(String::from));
                    abha.at.push(Some(at));
                }
                PatientIndexChange::NoAbha { subject } => {
                    abha.subject.push(subject.0);
                    abha.address.push(None);
                    abha.number.push(None);
                    abha.at.push(None);
                }
            }
        }
        people.upsert(transaction).await?;
        abha.update(transaction).await
    }

    async fn forget(
        transaction: &mut PgTransaction<'_>,
        erased: &Erased<'_>,
    ) -> Result<(), sqlx::Error> {
        erased.run(transaction, "DELETE FROM patient_index WHERE subject_id = $1").await
    }
}

/// Demographics of patients, column by column.
#[derive(Default)]
struct People {
    subject: Vec<Uuid>,
    facility: Vec<String>,
    reference: Vec<String>,
    mobile: Vec<Option<String>>,
    at: Vec<i64>,
}

impl People {
    async fn upsert(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.subject.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "INSERT INTO patient_index (subject_id, facility_id, reference, mobile, demographics_at) \
             SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]) \
             ON CONFLICT (subject_id) DO UPDATE \
                SET facility_id = EXCLUDED.facility_id, reference = EXCLUDED.reference, \
                    mobile = EXCLUDED.mobile, demographics_at = EXCLUDED.demographics_at",
        )
        .bind(self.subject)
        .bind(self.facility)
        .bind(self.reference)
        .bind(self.mobile)
        .bind(self.at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}

/// ABHA of patients, or `None` after an opt-out, column by column.
#[derive(Default)]
struct Abha {
    subject: Vec<Uuid>,
    address: Vec<Option<String>>,
    number: Vec<Option<String>>,
    at: Vec<Option<i64>>,
}

impl Abha {
    async fn update(self, transaction: &mut PgTransaction<'_>) -> Result<(), sqlx::Error> {
        if self.subject.is_empty() {
            return Ok(());
        }
        sqlx::query(
            "UPDATE patient_index p SET abha_address = m.address, abha_number = m.number, abha_at = m.at, \
                    has_left = m.at IS NULL \
               FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS m(subject_id, address, number, at) \
              WHERE p.subject_id = m.subject_id",
        )
        .bind(self.subject)
        .bind(self.address)
        .bind(self.number)
        .bind(self.at)
        .execute(&mut **transaction)
        .await?;
        Ok(())
    }
}
