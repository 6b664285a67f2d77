//! What there is to be known of one care context, for who asks why a patient does not see it.

use async_trait::async_trait;
use hip_domain::event::Event;
use hip_domain::id::{
    CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId, TransactionId,
};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use thiserror::Error;

/// Consents of one patient that are looked at, the newest first.
pub const CONSENTS_MAX: i64 = 50;

/// Consents of one person that are told of.
pub const ALL_CONSENTS_MAX: i64 = 10_000;

/// Looks at one person that are told of, the newest.
pub const LOOKS_MAX: i64 = 1_000;

/// Facilities in which one reference may be looked at.
pub const FACILITIES_MAX: i64 = 20;

/// The log, by what the read models say of it. No key is needed: nothing confidential is opened.
#[async_trait]
pub trait HistoryReader: Send + Sync {
    /// The events of a stream, in order.
    async fn events(&self, stream: &StreamId) -> Result<Vec<Recorded<Event>>, HistoryError>;

    /// Visits with this code, in one facility or in all that have one.
    async fn visits(
        &self,
        reference: &CareContextReference,
        facility: Option<&FacilityId>,
    ) -> Result<Vec<KnownVisit>, HistoryError>;

    /// The patient's ABHA address.
    async fn abha_address(&self, subject: SubjectId) -> Result<Option<Pseudonym>, HistoryError>;

    /// Consents of this patient, the newest first.
    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, HistoryError>;

    /// Consents of whoever has had one of these ABHA addresses, the newest first.
    async fn all_consents(
        &self,
        facility: &FacilityId,
        patients: &[Pseudonym],
    ) -> Result<Vec<ConsentId>, HistoryError>;

    /// Of whom a stream tells: whoever its events, or the messages that they rest on, were found to be
    /// about, also after they were erased. Nothing, when it is nobody or not known.
    async fn subject_of(&self, stream: &StreamId) -> Result<Option<SubjectId>, HistoryError>;

    /// What was noticed of who has looked at a person, the newest first.
    async fn access_entries(
        &self,
        subject: SubjectId,
    ) -> Result<Vec<Recorded<Event>>, HistoryError>;

    /// Transfers under this consent, the newest first.
    async fn transfers(
        &self,
        consent: &ConsentId,
        limit: i64,
    ) -> Result<Vec<TransactionId>, HistoryError>;
}

/// A visit, or a care context that was announced before its visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownVisit {
    /// Where.
    pub facility: FacilityId,
    /// Whose.
    pub subject: SubjectId,
    /// Its stream; there may be no event in it yet.
    pub visit: StreamId,
    /// Its care context, when there is one.
    pub care_context: Option<StreamId>,
}

/// The log or the read models cannot be read.
#[derive(Debug, Error)]
#[error("the log cannot be read")]
pub struct HistoryError(#[source] pub Box<dyn std::error::Error + Send + Sync>);
