//! A visit: recorded, amended, documents built, linked.
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

/// State of one visit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Visit {
    /// Number of the newest revision, from 1; 0 if the visit does not exist.
    pub revision: u32,
    /// The facts of that revision; `None` if the visit does not exist.
    pub facts: Option<VisitFacts>,
    digest: Option<Pseudonym>,
    documented: u32,
    linked: Vec<HiType>,
}

/// A command to a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum VisitCommand {
    /// Record the document of a record system.
    Record {
        /// The facts of the visit.
        facts: VisitFacts,
        /// Keyed digest of the document, to detect changes.
        digest: Pseudonym,
        /// The visit document, verbatim.
        document: Phi<String>,
    },
    /// Store the results of building the documents of a revision.
    SetDocuments {
        /// The revision from which they were built.
        revision: u32,
        /// Documents that passed validation.
        built: Vec<BuiltDocument>,
        /// Documents that were not built, with the reason.
        skipped: Vec<SkippedDocument>,
        /// Documents that failed validation.
        rejected: Vec<RejectedDocument>,
    },
    /// The care context of this visit is linked for these types.
    MarkLinked {
        /// Reference of the care context.
        care_context: CareContextReference,
        /// The types that the network knows.
        hi_types: Vec<HiType>,
    },
}

/// Errors of visit commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VisitError {
    /// The visit does not exist.
    #[error("no such visit")]
    Absent,
    /// The push id was already used with different content.
    #[error("this eventId was used for other content; an amendment needs an eventId of its own")]
    PushIdReused,
}

impl Visit {
    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: VisitCommand) -> Result<Vec<VisitEvent>, VisitError> {
        match command {
            VisitCommand::Record { facts, digest, document } => {
                self.record(facts, digest, document)
            }
            _ if self.revision == 0 => Err(VisitError::Absent),
            VisitCommand::SetDocuments { revision, built, skipped, rejected } => {
                // Built twice after a crash, or from a revision that was amended since.
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
        // After an erasure the same visit may be pushed again. It then has a new subject.
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
