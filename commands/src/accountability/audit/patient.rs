//! To whom a person's records went, and who has looked at them: told from the log alone.

use serde::Serialize;
use uuid::Uuid;

use super::{ConsentAudit, Look, consent};
use crate::port::HistoryReader;
use crate::port::eraser::SubjectKeys;
use crate::port::history_reader::HistoryError;

/// What became of a person's records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PatientAudit {
    /// Who, by the pseudonym that selects their key.
    pub patient: Uuid,
    /// Where they are treated.
    pub facility: String,
    /// Their consents, the newest first, each with everything that was sent under it.
    pub consents: Vec<ConsentAudit>,
    /// Who has looked at them here, the newest first, at most a thousand.
    pub looks: Vec<Look>,
}

/// Tells what became of a person's records.
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
