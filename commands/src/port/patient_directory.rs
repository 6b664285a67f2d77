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

    /// Whether the read models have reached `position`.
    async fn has_reached(&self, position: i64) -> bool;

    /// Whether an event is quarantined that may concern one of these patients, or an unknown patient of the facility.
    /// The read models are then not reliable for them.
    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError>;

    /// Patients of a facility with one of these identifiers, at most `CANDIDATES_MAX` for each kind. Finds nobody who
    /// opted out.
    async fn search(
        &self,
        facility: &FacilityId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<FoundPatient>, DirectoryError>;

    /// Patients of a facility with this ABHA address, as [`PatientDirectory::search`].
    async fn by_abha_address(
        &self,
        facility: &FacilityId,
        address: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError> {
        let wanted = Wanted { address: Some(address), ..Wanted::default() };
        let found = self.search(facility, &wanted).await?;
        Ok(found.into_iter().map(|found| found.candidate).collect())
    }

    /// The positions of a patient's demographics and ABHA in the log.
    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError>;

    /// What a patient can be offered.
    async fn offer(&self, subject: SubjectId) -> Result<Offerable, DirectoryError>;

    /// Consents in force for this facility under an ABHA address.
    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError>;
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

/// Identifiers to search for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// An ABHA address.
    pub address: Option<&'a Pseudonym>,
    /// An ABHA number.
    pub number: Option<&'a Pseudonym>,
    /// Mobile numbers.
    pub mobiles: &'a [Pseudonym],
}

/// A patient found by a search. Neither by the address nor by the number: by a mobile number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundPatient {
    /// The patient.
    pub candidate: Candidate,
    /// Whether the ABHA address is theirs.
    pub by_address: bool,
    /// Whether the ABHA number is theirs.
    pub by_number: bool,
}

/// What a patient can be offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offerable {
    /// A visit of the patient has no care context yet, because its documents are being built.
    pub is_building: bool,
    /// Unlinked care contexts, newest first, at most `OFFERS_MAX`.
    pub unlinked: Vec<Unlinked>,
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
