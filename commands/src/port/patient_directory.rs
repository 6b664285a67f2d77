//! Finds patients and their unlinked care contexts.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId};

/// The read models for discovery.
#[async_trait]
pub trait PatientDirectory: Send + Sync {
    /// Waits up to 2 s until the read models have reached `position`. Returns whether they have.
    async fn caught_up(&self, position: i64) -> bool;

    /// Whether an event is quarantined that may concern one of these patients, or an unknown patient of the facility.
    /// The read models are then not reliable for them.
    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError>;

    /// Patients of a facility with this ABHA address, at most `CANDIDATES_MAX`. None of the three lookups finds a
    /// patient who opted out.
    async fn by_abha_address(
        &self,
        facility: &FacilityId,
        address: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// Patients of a facility with this ABHA number, at most `CANDIDATES_MAX`.
    async fn by_abha_number(
        &self,
        facility: &FacilityId,
        number: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// Patients of a facility with one of these mobile numbers, at most `CANDIDATES_MAX`.
    async fn by_mobile(
        &self,
        facility: &FacilityId,
        mobiles: &[Pseudonym],
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// The positions of a patient's demographics and ABHA in the log.
    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError>;

    /// Whether a visit of the patient has no care context yet because its documents are being built.
    async fn is_building(&self, subject: SubjectId) -> Result<bool, DirectoryError>;

    /// Consents in force for this facility under an ABHA address.
    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError>;

    /// Unlinked care contexts of a patient, newest first, at most `OFFERS_MAX`.
    async fn unlinked(&self, subject: SubjectId) -> Result<Vec<Unlinked>, DirectoryError>;
}

/// Most candidates for one identifier. If there are more, none matches.
pub const CANDIDATES_MAX: i64 = 50;

/// Most care contexts offered in one discovery.
pub const OFFERS_MAX: i64 = 100;

/// A patient found by a lookup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The subject id of the patient.
    pub subject: SubjectId,
    /// Pseudonym of the facility's patient reference.
    pub reference: Pseudonym,
    /// Position of the event with the demographics.
    pub demographics_at: i64,
    /// Position of the event with the ABHA, if there is one.
    pub abha_at: Option<i64>,
}

/// A care context that is not linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinked {
    /// Its reference in the network.
    pub reference: CareContextReference,
    /// The health information types of its documents.
    pub hi_types: Vec<HiType>,
    /// When the visit took place.
    pub visited_at: DateTime<Utc>,
}

/// The read models are unavailable.
#[derive(Debug, thiserror::Error)]
#[error("the patient directory cannot be reached")]
pub struct DirectoryError(#[source] pub Box<dyn Error + Send + Sync>);
