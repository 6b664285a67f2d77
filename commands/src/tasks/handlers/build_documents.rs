//! Builds and validates the documents of a visit.

use abdm_fhir::{Document, Skipped};
use hip_domain::id::Digest;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, RejectedDocument, SkippedDocument, Visit, VisitCommand};

use crate::port::log::Actor;
use crate::ports::Ports;
use crate::tasks::Due;
use crate::tasks::TaskError;
use crate::visits::visit_revision::VisitRevision;

pub(super) async fn perform(ports: &Ports, due: &Due, visit: &StreamId) -> Result<(), TaskError> {
    let source = VisitRevision::newest(ports, visit).await?;
    let documents = source.documents(&ports.settings.bundle);
    let (fit, unfit): (Vec<_>, Vec<_>) =
        documents.built.iter().partition(|document| document.is_fit());
    let command = VisitCommand::SetDocuments {
        revision: source.revision,
        built: fit.into_iter().map(built).collect(),
        skipped: documents.skipped.iter().copied().map(skipped).collect(),
        rejected: unfit.into_iter().map(rejected).collect(),
    };
    due.step(Actor::Process).execute::<Visit>(&ports.dispatcher, visit, command).await?;
    Ok(())
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
