//! The documents of a visit are built and checked.

use abdm_fhir::check::Severity;
use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{BuildContext, Confidentiality, Document};
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::Digest;
use hip_domain::sealed::Sealed;
use hip_domain::stream::StreamId;
use hip_domain::visit::{
    BuiltDocument, RejectedDocument, SkippedDocument, Visit, VisitCommand, VisitEvent,
};

use super::TaskError;
use crate::provider::Provider;
use crate::task::Due;

pub(super) async fn perform(
    provider: &Provider,
    due: &Due,
    visit: &StreamId,
) -> Result<(), TaskError> {
    let source = VisitSource::newest(provider, visit).await?;
    let documents = source.documents()?;
    let (fit, unfit): (Vec<_>, Vec<_>) = documents.built.iter().partition(|built| is_fit(built));
    let command = VisitCommand::SetDocuments {
        revision: source.revision,
        built: fit.into_iter().map(built).collect(),
        skipped: documents.skipped.iter().map(skipped).collect(),
        rejected: unfit.into_iter().map(rejected).collect(),
    };
    let origin = due.cause.origin("process");
    provider.dispatcher.execute::<Visit>(visit, command, &due.key(), &origin).await?;
    Ok(())
}

/// A revision of a visit, opened.
pub(super) struct VisitSource {
    revision: u32,
    recorded_at: DateTime<Utc>,
    visit: VisitDocument,
}

impl VisitSource {
    /// The newest revision.
    pub(super) async fn newest(provider: &Provider, visit: &StreamId) -> Result<Self, TaskError> {
        let wanted = |event: &Event| {
            matches!(event, Event::Visit(VisitEvent::Recorded { .. } | VisitEvent::Amended { .. }))
        };
        let recorded = provider.newest(visit, wanted).await?;
        let recorded = recorded.ok_or_else(|| TaskError::never("there is no such visit"))?;
        let (revision, document) = match recorded.event {
            Event::Visit(VisitEvent::Recorded { document, .. }) => (1, document),
            Event::Visit(VisitEvent::Amended { revision, document, .. }) => (revision, document),
            _ => return Err(TaskError::never("there is no such visit")),
        };
        let Sealed::Open(document) = document else {
            return Err(TaskError::never("the data principal was erased"));
        };
        let visit = VisitDocument::parse(document.reveal().as_bytes())
            .map_err(|_| TaskError::never("the stored visit does not fit the schema any more"))?;
        Ok(Self { revision, recorded_at: recorded.recorded_at, visit })
    }

    /// Its documents: the same bytes whenever they are built.
    pub(super) fn documents(&self) -> Result<abdm_fhir::Documents, TaskError> {
        let facility = &self.visit.facility.abdm_facility_id;
        let context = BuildContext {
            revision: self.revision,
            built_at: self.recorded_at,
            hip_url: format!("https://facility.abdm.gov.in/{facility}"),
            deployment_url: format!("https://facility.abdm.gov.in/{facility}/records"),
            confidentiality: Confidentiality::default(),
        };
        Ok(abdm_fhir::documents(&self.visit, &context))
    }
}

/// Whether a document may be shared.
pub(super) fn is_fit(document: &Document) -> bool {
    !document.findings.iter().any(|finding| finding.severity == Severity::Error)
}

fn built(document: &Document) -> BuiltDocument {
    BuiltDocument {
        hi_type: document.hi_type,
        document_id: document.id,
        digest: Digest::of(document.json.as_bytes()),
        size_bytes: document.json.len() as u64,
    }
}

fn skipped(skipped: &abdm_fhir::Skipped) -> SkippedDocument {
    SkippedDocument { hi_type: skipped.hi_type, reason: skipped.reason.to_string() }
}

fn rejected(document: &Document) -> RejectedDocument {
    let findings = document.findings.iter();
    let findings = findings.map(|finding| format!("{} {}", finding.rule, finding.path)).collect();
    RejectedDocument { hi_type: document.hi_type, document_id: document.id, findings }
}
