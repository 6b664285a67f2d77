//! Visits, their documents and whether they are linked.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, RejectedDocument, SkippedDocument, VisitEvent, VisitFacts};

/// A change of one visit.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitChange {
    /// Stream of the visit.
    pub stream: StreamId,
    /// The change.
    pub what: VisitUpdate,
}

/// A change of a visit.
#[derive(Debug, Clone, PartialEq)]
pub enum VisitUpdate {
    /// There is a new revision. Documents of older revisions are no longer valid.
    Revised {
        /// Revision number, from 1.
        revision: u32,
        /// Facts about the visit.
        facts: VisitFacts,
        /// When it was recorded.
        recorded_at: DateTime<Utc>,
    },
    /// Its documents were built.
    Documented {
        /// The documents that passed validation.
        built: Vec<BuiltDocument>,
        /// The documents that were not built.
        skipped: Vec<SkippedDocument>,
    },
    /// A document failed validation.
    Rejected(RejectedDocument),
    /// It was linked.
    Linked,
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<VisitChange> {
    let Event::Visit(event) = &recorded.event else {
        return None;
    };
    let recorded_at = recorded.recorded_at;
    let what = match event {
        VisitEvent::Recorded { facts, .. } => {
            VisitUpdate::Revised { revision: 1, facts: facts.clone(), recorded_at }
        }
        VisitEvent::Amended { revision, facts, .. } => {
            VisitUpdate::Revised { revision: *revision, facts: facts.clone(), recorded_at }
        }
        VisitEvent::BundlesBuilt { built, skipped, .. } => {
            VisitUpdate::Documented { built: built.clone(), skipped: skipped.clone() }
        }
        VisitEvent::BundleRejected { document, .. } => VisitUpdate::Rejected(document.clone()),
        VisitEvent::Linked { .. } => VisitUpdate::Linked,
    };
    Some(VisitChange { stream: recorded.stream.clone(), what })
}
