//! The care contexts, and whether they are linked.

use chrono::{DateTime, Utc};
use hip_domain::care_context::{CareContextEvent, CareContextFacts};
use hip_domain::event::Event;
use hip_domain::hi_type::HiType;
use hip_domain::id::{ErrorCode, RequestId};
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;

/// A change of one care context.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Which.
    pub stream: StreamId,
    /// How.
    pub what: What,
}

/// How a care context changes.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// It exists, and holds these kinds.
    Registered(CareContextFacts, Vec<HiType>),
    /// Its link was asked for.
    LinkRequested(RequestId),
    /// It is linked.
    Linked(DateTime<Utc>),
    /// Its link was refused, or there is no token for it. When it is tried again, if it is.
    LinkRejected(ErrorCode, Option<DateTime<Utc>>),
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<Change> {
    let Event::CareContext(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        CareContextEvent::Registered { facts, hi_types, .. } => {
            What::Registered(facts.clone(), hi_types.clone())
        }
        CareContextEvent::LinkRequested { request_id, .. } => What::LinkRequested(*request_id),
        CareContextEvent::Linked { .. } => What::Linked(recorded.recorded_at),
        CareContextEvent::LinkRejected { code, retry, .. } => {
            What::LinkRejected(code.clone(), retry.as_ref().map(|retry| retry.at))
        }
        CareContextEvent::LinkFailed { code } => What::LinkRejected(code.clone(), None),
        CareContextEvent::ChangedAfterLink { .. } | CareContextEvent::SmsRequested { .. } => {
            return None;
        }
    };
    Some(Change { stream: recorded.stream.clone(), what })
}
