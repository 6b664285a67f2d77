//! A visit: recorded, amended, turned into documents, linked.
//!
//! ```text
//! (nothing) ── Record ──► revision 1 ── Record (changed) ──► revision 2 …
//!                             └── SetDocuments (of that revision) ──► documents known
//! ```

pub mod event;

pub use event::{BuiltDocument, RejectedDocument, SkippedDocument, VisitEvent, VisitFacts};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, Pseudonym};
use crate::sealed::Sealed;
use crate::sensitive::Phi;

/// What is known of one visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Counts recordings of changed content, from 1; 0 is a visit that does not exist.
    pub revision: u32,
    /// Of that revision; `None` if the visit does not exist.
    pub facts: Option<VisitFacts>,
    digest: Option<Pseudonym>,
    documented: u32,
    linked: Vec<HiType>,
}

/// A wish about a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum VisitCommand {
    /// The facility says that this is the visit.
    Record {
        /// What routing needs to know.
        facts: VisitFacts,
        /// Keyed digest of the document: equal when nothing changed.
        digest: Pseudonym,
        /// The visit document, verbatim.
        document: Phi<String>,
    },
    /// These documents came out of a revision.
    SetDocuments {
        /// The revision they were built from.
        revision: u32,
        /// Fit to be shared.
        built: Vec<BuiltDocument>,
        /// Not built, and why.
        skipped: Vec<SkippedDocument>,
        /// Built and found unfit.
        rejected: Vec<RejectedDocument>,
    },
    /// The care context of this visit is linked for these kinds.
    MarkLinked {
        /// The care context.
        care_context: CareContextReference,
        /// The kinds that the network now knows.
        hi_types: Vec<HiType>,
    },
}

/// Why a wish about a visit was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VisitError {
    /// There is no such visit.
    #[error("no such visit")]
    Absent,
    /// The same push id came with other content before.
    #[error("this eventId was used for other content; an amendment needs an eventId of its own")]
    PushIdReused,
}

impl Visit {
    /// What follows from `command`.
    pub fn decide(&self, command: VisitCommand) -> Result<Vec<VisitEvent>, VisitError> {
        match command {
            VisitCommand::Record { facts, digest, document } => {
                self.record(facts, digest, document)
            }
            _ if self.revision == 0 => Err(VisitError::Absent),
            VisitCommand::SetDocuments { revision, built, skipped, rejected } => {
                // Built twice after a crash, or from a revision that has been amended since.
                if revision <= self.documented || revision != self.revision {
                    return Ok(vec![]);
                }
                let mut events: Vec<_> = rejected
                    .into_iter()
                    .map(|document| VisitEvent::BundleRejected { revision, document })
                    .collect();
                let facts = self.facts.clone().ok_or(VisitError::Absent)?;
                events.push(VisitEvent::BundlesBuilt { revision, facts, built, skipped });
                Ok(events)
            }
            VisitCommand::MarkLinked { care_context, hi_types } => {
                if self.linked == hi_types {
                    return Ok(vec![]);
                }
                Ok(vec![VisitEvent::Linked { care_context, hi_types }])
            }
        }
    }

    fn record(
        &self,
        facts: VisitFacts,
        digest: Pseudonym,
        document: Phi<String>,
    ) -> Result<Vec<VisitEvent>, VisitError> {
        let document = Sealed::Open(document);
        let Some(known) = &self.facts else {
            return Ok(vec![VisitEvent::Recorded { facts, digest, document }]);
        };
        // After an erasure the same visit may come again: then it is somebody's that we do not know yet.
        let is_same_person = known.subject == facts.subject;
        if is_same_person && self.digest.as_ref() == Some(&digest) {
            return Ok(vec![]);
        }
        if is_same_person && known.push_id == facts.push_id {
            return Err(VisitError::PushIdReused);
        }
        let revision = self.revision + 1;
        Ok(vec![VisitEvent::Amended { revision, facts, digest, document }])
    }

    fn take(&mut self, revision: u32, facts: VisitFacts, digest: Pseudonym) {
        self.revision = revision;
        self.facts = Some(facts);
        self.digest = Some(digest);
    }

    fn evolve(&mut self, event: VisitEvent) {
        match event {
            VisitEvent::Recorded { facts, digest, .. } => self.take(1, facts, digest),
            VisitEvent::Amended { revision, facts, digest, .. } => {
                self.take(revision, facts, digest);
            }
            VisitEvent::BundlesBuilt { revision, .. } => self.documented = revision,
            VisitEvent::BundleRejected { .. } => {}
            VisitEvent::Linked { hi_types, .. } => self.linked = hi_types,
        }
    }
}

aggregate!(Visit, "visit", VisitCommand, VisitEvent, VisitError);

#[cfg(test)]
mod tests;
