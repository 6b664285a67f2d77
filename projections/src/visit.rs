//! The visits, their documents, and whether they are linked.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_domain::visit::{BuiltDocument, RejectedDocument, SkippedDocument, VisitEvent, VisitFacts};

/// A change of one visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which.
    pub stream: StreamId,
    /// How.
    pub what: What,
}

/// How a visit changes.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
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
pub fn change(recorded: &Recorded<Event>) -> Option<Change> {
    let Event::Visit(event) = &recorded.event else {
        return None;
    };
    let recorded_at = recorded.recorded_at;
    let what = match event {
        VisitEvent::Recorded { facts, .. } => {
            What::Revised { revision: 1, facts: facts.clone(), recorded_at }
        }
        VisitEvent::Amended { revision, facts, .. } => {
            What::Revised { revision: *revision, facts: facts.clone(), recorded_at }
        }
        VisitEvent::BundlesBuilt { built, skipped, .. } => {
            What::Documented { built: built.clone(), skipped: skipped.clone() }
        }
        VisitEvent::BundleRejected { document, .. } => What::Rejected(document.clone()),
        VisitEvent::Linked { .. } => What::Linked,
    };
    Some(Change { stream: recorded.stream.clone(), what })
}
