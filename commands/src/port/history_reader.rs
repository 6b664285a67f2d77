//! Reads the history of patients, visits and consents, for explanations and audit reports.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::id::{
    CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId, TransactionId,
};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use thiserror::Error;

/// Most consents of a patient in an explanation, newest first.
pub const CONSENTS_MAX: i64 = 50;

/// Most consents of a patient in an audit report.
pub const ALL_CONSENTS_MAX: i64 = 10_000;

/// Most accesses in an audit report, newest first.
pub const LOOKS_MAX: i64 = 1_000;

/// Most facilities to search for one reference.
pub const FACILITIES_MAX: i64 = 20;

/// Reads events via the read models. No key is needed, because sealed parts stay closed.
#[async_trait]
pub trait HistoryReader: Send + Sync {
    /// The events of a stream, oldest first.
    async fn events(&self, stream: &StreamId) -> Result<Vec<Recorded<Event>>, HistoryError>;

    /// Visits with this code, in one facility or in all.
    async fn visits(
        &self,
        reference: &CareContextReference,
        facility: Option<&FacilityId>,
    ) -> Result<Vec<KnownVisit>, HistoryError>;

    /// The pseudonym of the patient's ABHA address.
    async fn abha_address(&self, subject: SubjectId) -> Result<Option<Pseudonym>, HistoryError>;

    /// Consents of this patient, newest first.
    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, HistoryError>;

    /// Consents under any of these ABHA addresses, newest first.
    async fn all_consents(
        &self,
        facility: &FacilityId,
        patients: &[Pseudonym],
    ) -> Result<Vec<ConsentId>, HistoryError>;

    /// The subject of a stream: the patient of its events or of the messages that caused them, also after an erasure.
    /// `None` if there is none or it is not known.
    async fn subject_of(&self, stream: &StreamId) -> Result<Option<SubjectId>, HistoryError>;

    /// Recorded accesses to data of this patient, newest first.
    async fn access_entries(
        &self,
        subject: SubjectId,
    ) -> Result<Vec<Recorded<Event>>, HistoryError>;

    /// Transfers under this consent, newest first.
    async fn transfers(
        &self,
        consent: &ConsentId,
        limit: i64,
    ) -> Result<Vec<TransactionId>, HistoryError>;
}

/// A visit, or a care context that was registered before its visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVisit {
    /// Id of the facility.
    pub facility: FacilityId,
    /// The patient.
    pub subject: SubjectId,
    /// Stream of the visit; it may be empty.
    pub visit: StreamId,
    /// Stream of the care context, if there is one.
    pub care_context: Option<StreamId>,
}

/// The log or the read models cannot be read.
#[derive(Debug, Error)]
#[error("the log cannot be read")]
pub struct HistoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
