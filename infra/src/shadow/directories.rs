//! The directories, on read models that are advanced to a position before a query.

use std::sync::Arc;

use async_trait::async_trait;
use hip_commands::port::patient_directory::{
    Candidate, DirectoryError, FoundPatient, Offerable, Wanted,
};
use hip_commands::port::{PatientDirectory, TransferDirectory};
use hip_domain::id::{ConsentId, FacilityId, Pseudonym, RequestId, SubjectId};

use super::scratch::Scratch;
use crate::postgres::queries::patient_directory::PgPatientDirectory;
use crate::postgres::queries::transfer_directory::PgTransferDirectory;

/// The directories as of a position.
pub struct DirectoriesAsOf {
    scratch: Arc<Scratch>,
    patients: PgPatientDirectory,
    transfers: PgTransferDirectory,
}

impl DirectoriesAsOf {
    /// Uses the read models in `scratch`.
    pub fn new(scratch: Arc<Scratch>) -> Self {
        let patients = PgPatientDirectory::new(scratch.pool().clone());
        let transfers = PgTransferDirectory::new(scratch.pool().clone());
        Self { scratch, patients, transfers }
    }

    async fn patients(&self) -> Result<&PgPatientDirectory, DirectoryError> {
        self.reach().await?;
        Ok(&self.patients)
    }

    async fn reach(&self) -> Result<(), DirectoryError> {
        self.scratch.reach().await.map_err(|error| DirectoryError(Box::new(error)))
    }
}

#[async_trait]
impl PatientDirectory for DirectoriesAsOf {
    async fn caught_up(&self, _: i64) -> bool {
        // They are advanced to the required position.
        true
    }

    async fn has_reached(&self, _: i64) -> bool {
        true
    }

    async fn is_quarantined(
        &self,
        _: &FacilityId,
        _: &[SubjectId],
    ) -> Result<bool, DirectoryError> {
        Ok(false)
    }

    async fn search(
        &self,
        facility: &FacilityId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<FoundPatient>, DirectoryError> {
        self.patients().await?.search(facility, wanted).await
    }

    async fn patient(&self, subject: SubjectId) -> Result<Option<Candidate>, DirectoryError> {
        self.patients().await?.patient(subject).await
    }

    async fn offer(&self, subject: SubjectId) -> Result<Offerable, DirectoryError> {
        self.patients().await?.offer(subject).await
    }

    async fn consents(
        &self,
        facility: &FacilityId,
        patient: &Pseudonym,
    ) -> Result<Vec<ConsentId>, DirectoryError> {
        self.patients().await?.consents(facility, patient).await
    }
}

#[async_trait]
impl TransferDirectory for DirectoriesAsOf {
    async fn on_its_way(&self, consent: &ConsentId, position: i64) -> Result<bool, DirectoryError> {
        self.reach().await?;
        self.transfers.on_its_way(consent, position).await
    }

    async fn unauthorized_pushes(
        &self,
        position: i64,
    ) -> Result<Option<Vec<RequestId>>, DirectoryError> {
        self.reach().await?;
        self.transfers.unauthorized_pushes(position).await
    }
}
