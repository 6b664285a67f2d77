//! A document is looked at by a person or a record system of the facility.

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

/// A document, or why it is not shown.
pub enum ReadOutcome {
    /// Fit to be shared.
    Fit {
        /// The bundle.
        json: String,
        /// The revision of the visit that it was built from.
        revision: u32,
        /// When that revision was recorded.
        recorded_at: DateTime<Utc>,
    },
    /// Not fit to be shared, by anybody.
    Unfit(Vec<Finding>),
    /// An amendment of the visit has put others in its place.
    Replaced,
}

/// Shows a document of a visit; that it was shown is in the log before it is.
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
