//! A client of the facility reads a document.

use abdm_fhir::check::Finding;
use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::accountability::access_log_entry::remember_today;
use crate::accountability::caller::Caller;
use crate::ports::Ports;
use crate::tasks::TaskError;
use crate::visits::visit_revision::VisitRevision;

/// The result of reading a document.
pub enum ReadOutcome {
    /// The document passed validation.
    Fit {
        /// The FHIR bundle as JSON.
        json: String,
        /// The revision of the visit from which it was built.
        revision: u32,
        /// When that revision was recorded.
        recorded_at: DateTime<Utc>,
    },
    /// The document failed validation and is not shared.
    Unfit(Vec<Finding>),
    /// An amendment of the visit replaced the document.
    Replaced,
}

/// Returns a document of a visit. The access is recorded first.
///
/// # Errors
///
/// The visit cannot be read, or the log cannot be written.
pub async fn show(
    ports: &Ports,
    visit: &StreamId,
    document_id: Uuid,
    caller: &Caller,
) -> Result<ReadOutcome, TaskError> {
    let source = VisitRevision::newest(ports, visit).await?;
    let mut documents = source.documents(&ports.settings.bundle).built.into_iter();
    let Some(document) = documents.find(|document| document.id == document_id) else {
        return Ok(ReadOutcome::Replaced);
    };
    if !document.is_fit() {
        return Ok(ReadOutcome::Unfit(document.findings));
    }
    let event = AccessEvent::RecordRead {
        reader: caller.reader(),
        client: Some(caller.name.clone()),
        visit: visit.clone(),
        hi_type: document.hi_type,
        document_id,
    };
    let read = ports.ids.random();
    remember_today(ports, &event, &format!("access:read:{read}"), read, source.subject).await?;
    let VisitRevision { revision, recorded_at, .. } = source;
    Ok(ReadOutcome::Fit { json: document.json, revision, recorded_at })
}
