//! From a visit to its documents.
//!
//! Pure: no clock, no randomness. The same visit and the same [`BuildContext`] give the same bytes,
//! and the ids of a document and of all that is in it follow from the visit's content alone, so a
//! retry replaces and never duplicates.

mod context;
mod draft;
mod frame;
mod identity;
mod op_consultation;
mod prescription;
mod section;
mod skipped;
mod unbuilt;

use std::fmt;

use uuid::Uuid;

use crate::check::Finding;
use crate::hi_type::HiType;
use crate::visit::VisitDocument;

pub use self::context::{BuildContext, Confidentiality};
pub use self::skipped::{SkipReason, Skipped};

use self::identity::ContentDigest;

/// What a visit yields.
#[derive(Debug)]
pub struct Documents {
    /// Built, checked and serialised.
    pub built: Vec<Document>,
    /// Kinds that this visit does not yield, or that this version cannot build.
    pub skipped: Vec<Skipped>,
}

/// One document: a FHIR bundle of type `document`, ready to be encrypted.
///
/// Prints without its JSON, which is a patient's record.
pub struct Document {
    /// What kind it is.
    pub hi_type: HiType,
    /// `Bundle.id`; the same for the same content, whatever the revision.
    pub id: Uuid,
    /// `Composition.title`, for lists of documents.
    pub title: &'static str,
    /// The bundle, media type `application/fhir+json`.
    pub json: String,
    /// What the check found, and what of the visit could not be told. An error among them means
    /// that the document must not be shared.
    pub findings: Vec<Finding>,
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
    let digest = ContentDigest::of(visit);
    let mut documents = Documents { built: vec![], skipped: vec![] };
    let attempts = [
        (HiType::OpConsultation, op_consultation::build(visit, context, &digest)),
        (HiType::Prescription, prescription::build(visit, context, &digest)),
    ];
    for (hi_type, attempt) in attempts {
        match attempt {
            Ok(document) => documents.built.push(document),
            Err(reason) => documents.skipped.push(Skipped { hi_type, reason }),
        }
    }
    documents.skipped.extend(unbuilt::of(visit));
    documents
}
