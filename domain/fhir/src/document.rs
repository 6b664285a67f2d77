//! From a visit to its documents.
//!
//! Pure: no clock, no randomness. The same visit, [`BuildContext`] and [`BuildPolicy`] give the same
//! bytes, and the ids of a document and of all that is in it follow from the visit's content alone,
//! so a retry replaces and never duplicates.

mod coded;
mod context;
mod diagnostic_report;
mod discharge_summary;
mod draft;
mod frame;
mod health_document;
mod identity;
mod immunization_record;
mod invoice;
mod keys;
mod op_consultation;
mod policy;
mod prescription;
mod replaced;
mod section;
mod skipped;
mod source;
mod wellness;

use std::fmt;

use uuid::Uuid;

use crate::check::{Finding, Severity};
use crate::hi_type::HiType;
use crate::visit::VisitDocument;

pub use self::context::{BuildContext, Confidentiality};
pub use self::policy::{BuildPolicy, DischargeRule, Earlier};
pub use self::skipped::{SkipReason, Skipped};

use self::identity::ContentDigest;
use self::replaced::Replaced;
use self::source::Source;

/// What a visit yields. Each of the eight kinds is in one of the two lists.
#[derive(Debug)]
pub struct Documents {
    /// Built, checked and serialised; of some kinds there may be several.
    pub built: Vec<Document>,
    /// Kinds that this visit does not yield, and why.
    pub skipped: Vec<Skipped>,
}

/// One document: a FHIR bundle of type `document`, ready to be encrypted.
///
/// Prints without its title and its JSON, which are a patient's record.
pub struct Document {
    /// What kind it is.
    pub hi_type: HiType,
    /// `Bundle.id`; the same for the same content, whatever the revision.
    pub id: Uuid,
    /// `Bundle.identifier.value`: names this version of this document, and no other.
    pub identifier: String,
    /// `Composition.title`, for lists of documents.
    pub title: String,
    /// The bundle, media type `application/fhir+json`.
    pub json: String,
    /// What the check found, and what of the visit could not be told. An error among them means
    /// that the document must not be shared.
    pub findings: Vec<Finding>,
}

impl Document {
    /// Whether it may be shared.
    pub fn is_fit(&self) -> bool {
        !self.findings.iter().any(|finding| finding.severity == Severity::Error)
    }
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document")
            .field("hi_type", &self.hi_type)
            .field("id", &self.id)
            .field("findings", &self.findings)
            .finish_non_exhaustive()
    }
}

/// Builds every document that `visit` yields.
pub fn documents(visit: &VisitDocument, context: &BuildContext) -> Documents {
    documents_by(visit, context, &BuildPolicy::default())
}

/// As [`documents`], by an operator's own choices.
pub fn documents_by(
    visit: &VisitDocument,
    context: &BuildContext,
    policy: &BuildPolicy<'_>,
) -> Documents {
    let mut documents = Documents { built: vec![], skipped: vec![] };
    for (hi_type, built) in built(&HiType::ALL, visit, context, policy) {
        match built {
            Ok(built) => documents.built.extend(built),
            Err(reason) => documents.skipped.push(Skipped { hi_type, reason }),
        }
    }
    documents
}

/// The documents of one kind: the same as [`documents_by`] builds of it.
pub fn documents_of(
    hi_type: HiType,
    visit: &VisitDocument,
    context: &BuildContext,
    policy: &BuildPolicy<'_>,
) -> Vec<Document> {
    let built = built(&[hi_type], visit, context, policy);
    built.into_iter().filter_map(|(_, built)| built.ok()).flatten().collect()
}

fn built(
    wanted: &[HiType],
    visit: &VisitDocument,
    context: &BuildContext,
    policy: &BuildPolicy<'_>,
) -> Vec<(HiType, Built)> {
    let visit = coded::with_codes(visit, policy.codes);
    let replaced = policy.earlier.map(|earlier| Replaced::of(earlier, context, policy));
    let source = Source {
        visit: &visit,
        context,
        discharge: policy.discharge,
        replaced: replaced.as_ref(),
        digest: ContentDigest::of(&visit),
        rules: policy.rules,
    };
    wanted.iter().map(|hi_type| (*hi_type, build(*hi_type, &source))).collect()
}

/// The documents of one kind, at least one, or the reason why there is none.
type Built = Result<Vec<Document>, SkipReason>;

fn build(hi_type: HiType, source: &Source<'_>) -> Built {
    match hi_type {
        HiType::OpConsultation => op_consultation::build(source),
        HiType::Prescription => prescription::build(source),
        HiType::DiagnosticReport => diagnostic_report::build(source),
        HiType::DischargeSummary => discharge_summary::build(source),
        HiType::ImmunizationRecord => immunization_record::build(source),
        HiType::HealthDocumentRecord => health_document::build(source),
        HiType::WellnessRecord => wellness::build(source),
        HiType::Invoice => invoice::build(source),
    }
}
