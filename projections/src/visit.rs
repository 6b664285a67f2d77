//! The visits, their documents, and whether they are linked.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, RejectedDocument, SkippedDocument, VisitEvent, VisitFacts};

/// A change of one visit.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitChange {
    /// Which.
    pub stream: StreamId,
    /// How.
    pub what: VisitUpdate,
}

/// How a visit changes.
#[derive(Debug, Clone, PartialEq)]
pub enum VisitUpdate {
    /// There is a new revision; what was built from an older one counts no more.
    Revised {
        /// From 1.
        revision: u32,
        /// What it is.
        facts: VisitFacts,
        /// When we were told.
        recorded_at: DateTime<Utc>,
    },
    /// Its documents are known.
    Documented {
        /// Fit to be shared.
        built: Vec<BuiltDocument>,
        /// Not built.
        skipped: Vec<SkippedDocument>,
    },
    /// A document was found unfit.
    Rejected(RejectedDocument),
    /// It is linked.
    Linked,
}

/// What an event changes.
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
