//! The documents of a visit are built and checked.

use abdm_fhir::check::Severity;
use abdm_fhir::visit::VisitDocument;
use abdm_fhir::{BuildContext, Confidentiality, Document, Documents, Skipped};
use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::Digest;
use hip_domain::sealed::Sealed;
use hip_domain::sensitive::Phi;
use hip_domain::stream::StreamId;
use hip_domain::visit::{
    BuiltDocument, RejectedDocument, SkippedDocument, Visit, VisitCommand, VisitEvent,
};

use crate::port::log::Actor;
use crate::provider::Provider;
use crate::task::Due;
use crate::task::TaskError;

pub(super) async fn perform(
    provider: &Provider,
    due: &Due,
    visit: &StreamId,
) -> Result<(), TaskError> {
    let source = VisitSource::newest(provider, visit).await?;
    let documents = source.documents();
    let (fit, unfit): (Vec<_>, Vec<_>) = documents.built.iter().partition(|built| is_fit(built));
    let command = VisitCommand::SetDocuments {
        revision: source.revision,
        built: fit.into_iter().map(built).collect(),
        skipped: documents.skipped.iter().copied().map(skipped).collect(),
        rejected: unfit.into_iter().map(rejected).collect(),
    };
    let origin = due.cause.origin(Actor::Process);
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
        let revision = provider.newest(visit, revision_and_document).await?;
        let revision = revision.ok_or_else(|| TaskError::never("there is no such visit"))?;
        let recorded_at = revision.recorded_at;
        let (revision, Sealed::Open(document)) = revision.event else {
            return Err(TaskError::never("the data principal was erased"));
        };
        let visit = VisitDocument::parse(document.reveal().as_bytes())
            .map_err(|_| TaskError::never("the stored visit does not fit the schema any more"))?;
        Ok(Self { revision, recorded_at, visit })
    }

    /// Its documents: the same bytes whenever they are built.
    pub(super) fn documents(&self) -> Documents {
        abdm_fhir::documents(&self.visit, &context(&self.visit, self.revision, self.recorded_at))
    }
}

/// What the documents of a visit need to know beside it.
pub fn context(visit: &VisitDocument, revision: u32, built_at: DateTime<Utc>) -> BuildContext {
    let facility = &visit.facility.abdm_facility_id;
    BuildContext {
        revision,
        built_at,
        hip_url: format!("https://facility.abdm.gov.in/{facility}"),
        deployment_url: format!("https://facility.abdm.gov.in/{facility}/records"),
        confidentiality: Confidentiality::default(),
    }
}

fn revision_and_document(event: Event) -> Option<(u32, Sealed<Phi<String>>)> {
    let Event::Visit(event) = event else {
        return None;
    };
    match event {
        VisitEvent::Recorded { document, .. } => Some((1, document)),
        VisitEvent::Amended { revision, document, .. } => Some((revision, document)),
        VisitEvent::BundlesBuilt { .. }
        | VisitEvent::BundleRejected { .. }
        | VisitEvent::Linked { .. } => None,
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

fn skipped(skipped: Skipped) -> SkippedDocument {
    SkippedDocument { hi_type: skipped.hi_type, reason: skipped.reason.to_string() }
}

fn rejected(document: &Document) -> RejectedDocument {
    let findings = document.findings.iter();
    let findings = findings.map(|finding| format!("{} {}", finding.rule, finding.path)).collect();
    RejectedDocument { hi_type: document.hi_type, document_id: document.id, findings }
}
