//! The patient directory for a dry run. It does not contain the events that the dry run appends.

use std::sync::Arc;

use async_trait::async_trait;
use hip_domain::id::{ConsentId, FacilityId, Pseudonym, SubjectId};

use crate::port::PatientDirectory;
use crate::port::patient_directory::{Candidate, DirectoryError, FoundPatient, Offerable, Wanted};

/// The real directory. It does not wait for positions after the end of the stored log.
pub(super) struct KnownPatients {
    pub(super) directory: Arc<dyn PatientDirectory>,
    /// The end of the stored log.
    pub(super) head: i64,
}

#[async_trait]
impl PatientDirectory for KnownPatients {
    async fn caught_up(&self, position: i64) -> bool {
        self.directory.caught_up(position.min(self.head)).await
    }

    async fn has_reached(&self, position: i64) -> bool {
        self.directory.has_reached(position.min(self.head)).await
    }

    async fn is_quarantined(
        &self,
        facility: &FacilityId,
        subjects: &[SubjectId],
    ) -> Result<bool, DirectoryError> {
        self.directory.is_quarantined(facility, subjects).await
    }

    async fn search(
        &self,
        facility: &FacilityId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<FoundPatient>, DirectoryError> {
        self.directory.search(facility, wanted).await
    }

    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError> {
        self.directory.patient(subject).await
    }

    async fn offer(&self, subject: SubjectId) -> Result<Offerable, DirectoryError> {
        self.directory.offer(subject).await
    }

    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError> {
        self.directory.consents(facility, patient).await
    }
}
