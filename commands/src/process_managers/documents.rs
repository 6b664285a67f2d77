//! Builds the documents of a visit, then registers the care context.

use hip_domain::care_context::CareContextFacts;
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::recorded::Recorded;
use hip_domain::visit::{BuiltDocument, VisitEvent};

use crate::tasks::{Planned, Task};

pub(super) fn of_visit(recorded: &Recorded<Event>, event: &VisitEvent) -> Vec<Planned> {
    let task = match event {
        VisitEvent::Recorded { .. } | VisitEvent::Amended { .. } => {
            Task::BuildDocuments { visit: recorded.stream.clone() }
        }
        VisitEvent::BundlesBuilt { facts, built, revision, .. } => Task::RegisterCareContext {
            care_context: facts.care_context_stream.clone(),
            facts: CareContextFacts {
                facility: facts.facility.clone(),
                subject: facts.subject,
                reference: facts.care_context.clone(),
                visit: recorded.stream.clone(),
                visited_at: facts.visited_at,
            },
            hi_types: kinds(built),
            link_with: facts.link_token_stream.clone(),
            revision: *revision,
        },
        VisitEvent::BundleRejected { .. } | VisitEvent::Linked { .. } => return vec![],
    };
    vec![task.into()]
}

/// The types of the documents without duplicates: a visit may have several documents of one type.
fn kinds(built: &[BuiltDocument]) -> Vec<HiType> {
    let mut kinds: Vec<HiType> = built.iter().map(|document| document.hi_type).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}
