//! Audit report of one patient, built from the log alone: who received records, and who accessed data.

use serde::Serialize;
use uuid::Uuid;

use super::{ConsentAudit, Look, consent};
use crate::port::HistoryReader;
use crate::port::eraser::SubjectKeys;
use crate::port::history_reader::HistoryError;

/// The audit report of one patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientAudit {
    /// The subject id of the patient.
    pub patient: Uuid,
    /// Id of the facility.
    pub facility: String,
    /// The consents of the patient, newest first, each with its transfers.
    pub consents: Vec<ConsentAudit>,
    /// Accesses to data of the patient at this facility, newest first, at most 1,000.
    pub looks: Vec<Look>,
}

/// Builds the report of one patient.
///
/// # Errors
///
/// The log cannot be read.
pub async fn patient(
    evidence: &dyn HistoryReader,
    whose: &SubjectKeys,
) -> Result<PatientAudit, HistoryError> {
    let mut consents = vec![];
    for id in evidence.all_consents(&whose.facility, &whose.addresses).await? {
        consents.extend(consent(evidence, &id, None).await?);
    }
    let looks = evidence.access_entries(whose.subject).await?;
    Ok(PatientAudit {
        patient: whose.subject.0,
        facility: whose.facility.to_string(),
        consents,
        looks: looks.iter().filter_map(Look::of).collect(),
    })
}
