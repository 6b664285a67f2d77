//! The data of one care context in the log and the read models.

use std::error::Error;

use async_trait::async_trait;
use hip_commands::log::codec;
use hip_commands::port::HistoryReader;
use hip_commands::port::history_reader::{
    ALL_CONSENTS_MAX, CONSENTS_MAX, FACILITIES_MAX, HistoryError, KnownVisit, LOOKS_MAX,
};
use hip_domain::event::Event;
use hip_domain::id::{
    CareContextReference, ConsentId, FacilityId, InvalidId, Pseudonym, SubjectId, TransactionId,
};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use sqlx::PgPool;
use uuid::Uuid;

use crate::postgres::deadline::InTime;
use crate::postgres::event_store::{LogReader, SHARD};

/// Reads histories from Postgres.
pub struct PgHistoryReader {
    log: LogReader,
    pool: PgPool,
}

impl PgHistoryReader {
    /// Uses the log and the read models in `pool`.
    pub fn new(pool: PgPool) -> Self {
        Self { log: LogReader::new(pool.clone()), pool }
    }
}

#[async_trait]
impl HistoryReader for PgHistoryReader {
    async fn events(&self, stream: &StreamId) -> Result<Vec<Recorded<Event>>, HistoryError> {
        let stored = self.log.stream(stream, 0).await.map_err(unreadable)?;
        stored.iter().map(codec::decode).collect::<Result<_, _>>().map_err(unreadable)
    }

    async fn visits(
        &self,
        reference: &CareContextReference,
        facility: Option<&FacilityId>,
    ) -> Result<Vec<KnownVisit>, HistoryError> {
        let rows: Vec<(String, Uuid, String, Option<String>)> =
            sqlx::query_as(include_str!("evidence/visits.sql"))
                .bind(reference.as_str())
                .bind(facility.map(FacilityId::as_str))
                .bind(FACILITIES_MAX)
                .fetch_all(&self.pool)
                .in_time()
                .await
                .map_err(unreadable)?;
        rows.into_iter().map(known_visit).collect::<Result<_, _>>().map_err(unreadable)
    }

    async fn abha_address(&self, subject: SubjectId) -> Result<Option<Pseudonym>, HistoryError> {
        let address: Option<Option<String>> =
            sqlx::query_scalar("SELECT abha_address FROM hip.patient_index WHERE subject_id = $1")
                .bind(subject.0)
                .fetch_optional(&self.pool)
                .in_time()
                .await
                .map_err(unreadable)?;
        address.flatten().map(Pseudonym::parse).transpose().map_err(unreadable)
    }

    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, HistoryError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT consent_id FROM hip.consent WHERE facility_id = $1 AND patient = $2 \
              ORDER BY granted_at DESC NULLS LAST, consent_id LIMIT $3",
        )
        .bind(facility.as_str())
        .bind(patient.as_str())
        .bind(CONSENTS_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreadable)?;
        ids.iter().map(ConsentId::parse).collect::<Result<_, _>>().map_err(unreadable)
    }

    async fn all_consents(
        &self,
        facility: &FacilityId,
        patients: &[Pseudonym],
    ) -> Result<Vec<ConsentId>, HistoryError> {
        let patients: Vec<&str> = patients.iter().map(Pseudonym::as_str).collect();
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT consent_id FROM hip.consent WHERE facility_id = $1 AND patient = ANY($2) \
              ORDER BY granted_at DESC NULLS LAST, consent_id LIMIT $3",
        )
        .bind(facility.as_str())
        .bind(patients)
        .bind(ALL_CONSENTS_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreadable)?;
        ids.iter().map(ConsentId::parse).collect::<Result<_, _>>().map_err(unreadable)
    }

    async fn subject_of(&self, stream: &StreamId) -> Result<Option<SubjectId>, HistoryError> {
        let subject: Option<Uuid> = sqlx::query_scalar(include_str!("evidence/whose.sql"))
            .bind(SHARD)
            .bind(stream.as_str())
            .fetch_optional(&self.pool)
            .in_time()
            .await
            .map_err(unreadable)?;
        Ok(subject.map(SubjectId))
    }

    async fn access_entries(
        &self,
        subject: SubjectId,
    ) -> Result<Vec<Recorded<Event>>, HistoryError> {
        let positions: Vec<i64> = sqlx::query_scalar(
            "SELECT position FROM es.event WHERE shard = $1 AND subject_id = $2 \
                AND event_type IN ('access.record_read', 'access.person_viewed') \
              ORDER BY position DESC LIMIT $3",
        )
        .bind(SHARD)
        .bind(subject.0)
        .bind(LOOKS_MAX)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreadable)?;
        let mut looks = vec![];
        for position in positions {
            for stored in self.log.page(position - 1, 1).await.map_err(unreadable)? {
                looks.push(codec::decode(&stored).map_err(unreadable)?);
            }
        }
        Ok(looks)
    }

    async fn transfers(
        &self,
        consent: &ConsentId,
        limit: i64,
    ) -> Result<Vec<TransactionId>, HistoryError> {
        let ids: Vec<String> = sqlx::query_scalar(
            "SELECT transaction_id FROM hip.data_flow_request WHERE consent_id = $1 \
              ORDER BY requested_at DESC, transaction_id LIMIT $2",
        )
        .bind(consent.as_str())
        .bind(limit)
        .fetch_all(&self.pool)
        .in_time()
        .await
        .map_err(unreadable)?;
        ids.iter().map(TransactionId::parse).collect::<Result<_, _>>().map_err(unreadable)
    }
}

fn known_visit(
    (facility, subject, visit, care_context): (String, Uuid, String, Option<String>),
) -> Result<KnownVisit, InvalidId> {
    Ok(KnownVisit {
        facility: FacilityId::parse(&facility)?,
        subject: SubjectId(subject),
        visit: StreamId::stored(visit),
        care_context: care_context.map(StreamId::stored),
    })
}

fn unreadable(error: impl Into<Box<dyn Error + Send + Sync>>) -> HistoryError {
    HistoryError(error.into())
}
