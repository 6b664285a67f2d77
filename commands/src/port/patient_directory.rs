//! Who can be found, and what they have that is not linked yet.

use std::error::Error;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use hip_domain::hi_type::HiType;
use hip_domain::id::{CareContextReference, ConsentId, FacilityId, Pseudonym, SubjectId};

/// The read models that discovery searches.
#[async_trait]
pub trait PatientDirectory: Send + Sync {
    /// Waits until everything up to `position` can be found, at most two seconds. Returns whether it
    /// can.
    async fn caught_up(&self, position: i64) -> bool;

    /// Whether the read models have put aside an event that may be about one of these people, or about somebody
    /// of the facility whom they do not know. What they show of them is not to be relied on then.
    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError>;

    /// Patients of a facility with this ABHA address. At most `CANDIDATES_MAX`. None of the three
    /// look-ups finds a patient who has left ABDM.
    async fn by_abha_address(
        &self,
        facility: &FacilityId,
        address: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// Patients of a facility with this ABHA number. At most `CANDIDATES_MAX`.
    async fn by_abha_number(
        &self,
        facility: &FacilityId,
        number: &Pseudonym,
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// Patients of a facility with one of these mobile numbers. At most `CANDIDATES_MAX`.
    async fn by_mobile(
        &self,
        facility: &FacilityId,
        mobiles: &[Pseudonym],
    ) -> Result<Vec<Candidate>, DirectoryError>;

    /// Where the demographics and the ABHA of a patient lie in the log.
    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError>;

    /// Whether a visit of a patient has no care context yet: its documents are being built.
    async fn is_building(&self, subject: SubjectId) -> Result<bool, DirectoryError>;

    /// Consents in force that the holder of an ABHA address has given to this facility's records.
    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError>;

    /// Care contexts of a patient that are not linked, newest first. At most `OFFERS_MAX`.
    async fn unlinked(&self, subject: SubjectId) -> Result<Vec<Unlinked>, DirectoryError>;
}

/// More patients than these behind one identifier are no match for anybody.
pub const CANDIDATES_MAX: i64 = 50;

/// More care contexts than these are not offered at once.
pub const OFFERS_MAX: i64 = 100;

/// Somebody who may be meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// Who.
    pub subject: SubjectId,
    /// Pseudonym of the facility's patient reference.
    pub reference: Pseudonym,
    /// Position of the event that holds their demographics.
    pub demographics_at: i64,
    /// Position of the event that holds their ABHA.
    pub abha_at: Option<i64>,
}

/// A care context that is not linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unlinked {
    /// As the network would know it.
    pub reference: CareContextReference,
    /// What it holds.
    pub hi_types: Vec<HiType>,
    /// When the visit took place.
    pub visited_at: DateTime<Utc>,
}

/// The read models cannot be reached.
#[derive(Debug, thiserror::Error)]
#[error("the patient directory cannot be reached")]
pub struct DirectoryError(#[source] pub Box<dyn Error + Send + Sync>);
