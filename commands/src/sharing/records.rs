//! A document is looked at by a person or a record system of the facility.

use abdm_fhir::check::Finding;
use chrono::{DateTime, Utc};
use hip_domain::access::AccessEvent;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use crate::accountability::caller::Caller;
use crate::accountability::noticed::remember_today;
use crate::provider::Provider;
use crate::tasks::TaskError;
use crate::visits::visit_source::VisitSource;

/// A document, or why it is not shown.
pub enum Shown {
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
    provider: &Provider,
    visit: &StreamId,
    document_id: Uuid,
    caller: &Caller,
) -> Result<Shown, TaskError> {
    let source = VisitSource::newest(provider, visit).await?;
    let mut documents = source.documents(&provider.settings.bundle).built.into_iter();
    let Some(document) = documents.find(|document| document.id == document_id) else {
        return Ok(Shown::Replaced);
    };
    if !document.is_fit() {
        return Ok(Shown::Unfit(document.findings));
    }
    let event = AccessEvent::RecordRead {
        reader: caller.reader(),
        client: Some(caller.name.clone()),
        visit: visit.clone(),
        hi_type: document.hi_type,
        document_id,
    };
    let read = provider.ids.random();
    remember_today(provider, &event, &format!("access:read:{read}"), read, source.subject).await?;
    let VisitSource { revision, recorded_at, .. } = source;
    Ok(Shown::Fit { json: document.json, revision, recorded_at })
}
