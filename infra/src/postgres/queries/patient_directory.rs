//! The patient directory on the read models.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::port::PatientDirectory;
use hip_commands::port::patient_directory::{
    CANDIDATES_MAX, Candidate, DirectoryError, FoundPatient, OFFERS_MAX, Offerable, Unlinked,
    Wanted,
};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::event_store::SHARD;
use crate::postgres::warm::WarmPool;

/// How long a query waits for the read model to reach events stored before it.
const CATCH_UP: Duration = Duration::from_secs(2);

const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// The read models of the directory.
const READ_MODELS: &[&str] = &["patient_index", "care_context", "consent", "visit"];

/// What they follow: the first word of an event's name.
const FOLLOWED: &[&str] = &["patient", "care_context", "consent", "visit", "subject"];

/// How many events are looked at at most; a read model that is further behind is waited for.
const LOOKED_AT_MAX: i64 = 2_000;

/// The patient directory.
pub struct PgPatientDirectory {
    warm: WarmPool,
}

impl PgPatientDirectory {
    /// Uses the read models in `pool`.
    pub fn new(pool: PgPool) -> Self {
        Self { warm: WarmPool::new(pool) }
    }

    /// Whether one of the read models has not begun, or has not reached an event up to `position` that it follows.
    /// Events of other kinds are not waited for.
    async fn behind(&self, position: i64) -> Result<bool, sqlx::Error> {
        let query = sqlx::query_scalar(include_str!("patient_directory/behind.sql"));
        let query = query.bind(SHARD).bind(position).bind(READ_MODELS).bind(FOLLOWED);
        self.warm.fetch_one_scalar(query.bind(LOOKED_AT_MAX)).await
    }
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    subject_id: Uuid,
    reference: String,
    demographics_at: i64,
    abha_at: Option<i64>,
}

impl CandidateRow {
    fn candidate(self) -> Option<Candidate> {
        Some(Candidate {
            subject: SubjectId(self.subject_id),
            reference: Pseudonym::parse(self.reference).ok()?,
            demographics_at: self.demographics_at,
            abha_at: self.abha_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    row: CandidateRow,
    by_address: bool,
    by_number: bool,
}

/// A care context, or none.
#[derive(sqlx::FromRow)]
struct OfferRow {
    is_building: bool,
    care_context_number: Option<String>,
    hi_types: Option<Vec<String>>,
    visited_at: Option<DateTime<Utc>>,
}

#[async_trait]
impl PatientDirectory for PgPatientDirectory {
    async fn caught_up(&self, position: i64) -> bool {
        let waiting = async {
            while !self.has_reached(position).await {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(CATCH_UP, waiting).await.is_ok()
    }

    async fn has_reached(&self, position: i64) -> bool {
        !self.behind(position).await.unwrap_or(true)
    }

    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError> {
        let subjects: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
        let query = sqlx::query_scalar(include_str!("patient_directory/quarantined.sql"));
        let query = query.bind(facility.as_str()).bind(subjects).bind(SHARD);
        self.warm.fetch_one_scalar(query).await.map_err(unreachable)
    }

    async fn search(
        &self,
        facility: &FacilityId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<FoundPatient>, DirectoryError> {
        let mobiles: Vec<&str> = wanted.mobiles.iter().map(Pseudonym::as_str).collect();
        let query = sqlx::query_as(include_str!("patient_directory/search.sql"))
            .bind(facility.as_str())
            .bind(wanted.address.map(Pseudonym::as_str))
            .bind(wanted.number.map(Pseudonym::as_str))
            .bind(mobiles)
            .bind(CANDIDATES_MAX);
        let rows: Vec<FoundRow> = self.warm.fetch_all(query).await.map_err(unreachable)?;
        let found = |FoundRow { row, by_address, by_number }| {
            Some(FoundPatient { candidate: row.candidate()?, by_address, by_number })
        };
        Ok(rows.into_iter().filter_map(found).collect())
    }

    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError> {
        let query = sqlx::query_as(
            "SELECT subject_id, reference, demographics_at, abha_at FROM hip.patient_index WHERE subject_id = $1",
        );
        let rows: Vec<CandidateRow> =
            self.warm.fetch_all(query.bind(subject.0)).await.map_err(unreachable)?;
        Ok(rows.into_iter().find_map(CandidateRow::candidate))
    }

    async fn offer(&self, subject: SubjectId) -> Result<Offerable, DirectoryError> {
        let query = sqlx::query_as(include_str!("patient_directory/offer.sql"));
        let query = query.bind(subject.0).bind(OFFERS_MAX);
        let rows: Vec<OfferRow> = self.warm.fetch_all(query).await.map_err(unreachable)?;
        let is_building = rows.iter().any(|row| row.is_building);
        let unlinked = rows.into_iter().filter_map(|row| {
            Some(Unlinked {
                reference: CareContextReference::parse(row.care_context_number?).ok()?,
                hi_types: row.hi_types?.iter().filter_map(|name| HiType::parse(name)).collect(),
                visited_at: row.visited_at?,
            })
        });
        Ok(Offerable { is_building, unlinked: unlinked.collect() })
    }

    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError> {
        let query = sqlx::query_as(
            "SELECT consent_id FROM hip.consent WHERE facility_id = $1 AND patient = $2 AND status = 'granted'",
        );
        let query = query.bind(facility.as_str()).bind(patient.as_str());
        let ids: Vec<(String,)> = self.warm.fetch_all(query).await.map_err(unreachable)?;
        Ok(ids.into_iter().filter_map(|(id,)| ConsentId::parse(id).ok()).collect())
    }
}

fn unreachable(error: sqlx::Error) -> DirectoryError {
    DirectoryError(Box::new(error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use hip_commands::port::log::StoredEvent;
    use hip_domain::id::EventId;
    use hip_domain::stream::StreamId;

    use super::*;
    use crate::read_models::{
        CareContextTable, ConsentTable, PatientIndexTable, TableProjection, VisitTable,
    };
    use crate::subscription::{Page, Subscriber};

    /// Each event that was ever stored, in a page of its own.
    fn pages() -> Vec<(String, Page)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/fixtures/events");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files
            .map(|path| {
                let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
                let stored = StoredEvent {
                    position: 1,
                    stream: StreamId::stored("patient-00000000-0000-4000-8000-000000000001"),
                    version: 1,
                    event_id: EventId(Uuid::from_u128(1)),
                    name: name.clone(),
                    schema_version: 1,
                    recorded_at: DateTime::UNIX_EPOCH,
                    correlation: Uuid::from_u128(2),
                    causation: None,
                    subject: Some(SubjectId(Uuid::from_u128(3))),
                    clear: fs::read(path).unwrap(),
                    envelope: None,
                    is_left_sealed: false,
                };
                (name, Page::of(vec![stored]).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_event_that_changes_a_read_model_of_the_directory_is_waited_for() {
        let readers: [Box<dyn Subscriber>; 4] = [
            Box::new(TableProjection::<PatientIndexTable>::default()),
            Box::new(TableProjection::<CareContextTable>::default()),
            Box::new(TableProjection::<ConsentTable>::default()),
            Box::new(TableProjection::<VisitTable>::default()),
        ];
        assert_eq!(readers.each_ref().map(|reader| reader.name()).as_slice(), READ_MODELS);
        let mut changed = 0;
        for (name, page) in pages() {
            if readers.iter().any(|reader| !reader.is_indifferent_to(&page)) {
                let kind = name.split('.').next().unwrap();
                assert!(FOLLOWED.contains(&kind), "{name}");
                changed += 1;
            }
        }
        assert!(changed > 15, "{changed}");
    }
}
