//! The patient directory on the read models.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_commands::port::PatientDirectory;
use hip_commands::port::patient_directory::{
    CANDIDATES_MAX, Candidate, DirectoryError, OFFERS_MAX, Unlinked,
};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId};
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::SHARD;

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
    pool: PgPool,
}

impl PgPatientDirectory {
    /// Uses the read models in `pool`.
    pub const fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Whether one of the read models has not begun, or has not reached an event up to `position` that it follows.
    /// Events of other kinds are not waited for.
    async fn behind(&self, position: i64) -> Result<bool, sqlx::Error> {
        sqlx::query_scalar(
            "SELECT CASE WHEN live.count < cardinality($3) THEN true \
                         WHEN live.slowest >= $2 THEN false \
                         WHEN live.slowest < $2 - $5 THEN true \
                         ELSE EXISTS (SELECT FROM es.event e \
                                       WHERE e.shard = $1 AND e.position > live.slowest AND e.position <= $2 \
                                         AND split_part(e.event_type, '.', 1) = ANY ($4)) END \
               FROM (SELECT count(*), min(position) AS slowest FROM es.projection \
                      WHERE name = ANY ($3) AND state IN ('live', 'halted') AND shard = $1) live",
        )
        .bind(SHARD)
        .bind(position)
        .bind(READ_MODELS)
        .bind(FOLLOWED)
        .bind(LOOKED_AT_MAX)
        .fetch_one(&self.pool)
        .in_time()
        .await
    }
}

#[derive(sqlx::FromRow)]
struct CandidateRow {
    subject_id: Uuid,
    reference: String,
    demographics_at: i64,
    abha_at: Option<i64>,
}

#[async_trait]
impl PatientDirectory for PgPatientDirectory {
    async fn caught_up(&self, position: i64) -> bool {
        let waiting = async {
            while self.behind(position).await.unwrap_or(true) {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
        };
        tokio::time::timeout(CATCH_UP, waiting).await.is_ok()
    }

    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError> {
        let subjects: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM es.parked q JOIN es.projection p USING (name, generation, shard) \
                WHERE q.name IN ('patient_index', 'care_context', 'consent', 'visit') \
                  AND p.state IN ('live', 'halted') AND shard = $3 \
                  AND (q.facility_id IS NULL OR q.facility_id = $1) \
                  AND (q.subject_id IS NULL OR q.subject_id = ANY ($2) \
                       OR NOT EXISTS (SELECT FROM hip.patient_index i WHERE i.subject_id = q.subject_id)))",
        )
        .bind(facility.as_str())
        .bind(subjects)
        .bind(SHARD)
        .fetch_one(&self.pool)
        .await
        .map_err(unreachable)
    }

    async fn by_abha_address(
        &self,
        facility: &FacilityId,
        address: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError> {
        let rows = sqlx::query_as(
            "SELECT subject_id, reference, demographics_at, abha_at FROM hip.patient_index \
              WHERE facility_id = $1 AND abha_address = $2 AND NOT has_left LIMIT $3",
        )
        .bind(facility.as_str())
        .bind(address.as_str())
        .bind(CANDIDATES_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await;
        candidates(rows)
    }

    async fn by_abha_number(
        &self,
        facility: &FacilityId,
        number: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError> {
        let rows = sqlx::query_as(
            "SELECT subject_id, reference, demographics_at, abha_at FROM hip.patient_index \
              WHERE facility_id = $1 AND abha_number = $2 AND NOT has_left LIMIT $3",
        )
        .bind(facility.as_str())
        .bind(number.as_str())
        .bind(CANDIDATES_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await;
        candidates(rows)
    }

    async fn by_mobile(
        &self,
        facility: &FacilityId,
        mobiles: &[Pseudonym],
    ) -> Result<Vec<Candidate>, DirectoryError> {
        let mobiles: Vec<&str> = mobiles.iter().map(Pseudonym::as_str).collect();
        let rows = sqlx::query_as(
            "SELECT subject_id, reference, demographics_at, abha_at FROM hip.patient_index \
              WHERE facility_id = $1 AND mobile = ANY($2) AND NOT has_left LIMIT $3",
        )
        .bind(facility.as_str())
        .bind(&mobiles)
        .bind(CANDIDATES_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await;
        candidates(rows)
    }

    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError> {
        let rows = sqlx::query_as(
            "SELECT subject_id, reference, demographics_at, abha_at FROM hip.patient_index \
              WHERE subject_id = $1",
        )
        .bind(subject.0)
        .fetch_all(&self.pool)
        .in_time()
        .await;
        Ok(candidates(rows)?.pop())
    }

    async fn is_building(&self, subject: SubjectId) -> Result<bool, DirectoryError> {
        sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM hip.visit v WHERE v.subject_id = $1 AND NOT EXISTS \
                 (SELECT FROM hip.care_context c WHERE c.visit_stream_id = v.stream_id))",
        )
        .bind(subject.0)
        .fetch_one(&self.pool)
        .in_time()
        .await
        .map_err(unreachable)
    }

    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT consent_id FROM hip.consent \
              WHERE facility_id = $1 AND patient = $2 AND status = 'granted'",
        )
        .bind(facility.as_str())
        .bind(patient.as_str())
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreachable)?;
        Ok(ids.into_iter().filter_map(|id| ConsentId::parse(id).ok()).collect())
    }

    async fn unlinked(&self, subject: SubjectId) -> Result<Vec<Unlinked>, DirectoryError> {
        let rows: Vec<(String, Vec<String>, DateTime<Utc>)> = sqlx::query_as(
            "SELECT care_context_number, hi_types, visited_at FROM hip.care_context \
              WHERE subject_id = $1 AND link_state <> 'linked' AND cardinality(hi_types) > 0 \
              ORDER BY visited_at DESC LIMIT $2",
        )
        .bind(subject.0)
        .bind(OFFERS_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreachable)?;
        let unlinked = rows.into_iter().filter_map(|(reference, hi_types, visited_at)| {
            Some(Unlinked {
                reference: CareContextReference::parse(reference).ok()?,
                hi_types: hi_types.iter().filter_map(|name| HiType::parse(name)).collect(),
                visited_at,
            })
        });
        Ok(unlinked.collect())
    }
}

fn candidates(
    rows: Result<Vec<CandidateRow>, sqlx::Error>,
) -> Result<Vec<Candidate>, DirectoryError> {
    let candidate = |row: CandidateRow| {
        Some(Candidate {
            subject: SubjectId(row.subject_id),
            reference: Pseudonym::parse(row.reference).ok()?,
            demographics_at: row.demographics_at,
            abha_at: row.abha_at,
        })
    };
    Ok(rows.map_err(unreachable)?.into_iter().filter_map(candidate).collect())
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
