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
pub struct CareContextChange {
    /// Which.
    pub stream: StreamId,
    /// How.
    pub what: CareContextUpdate,
}

/// How a care context changes.
#[derive(Debug, Clone, PartialEq)]
pub enum CareContextUpdate {
    /// It exists, and holds these kinds.
    Registered(CareContextFacts, Vec<HiType>),
    /// Its link was asked for.
    LinkRequested(RequestId),
    /// It is linked.
    Linked(DateTime<Utc>),
    /// It could not be linked.
    NotLinked(Refusal),
}

/// Why a care context is not linked.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The code of the network.
    pub code: ErrorCode,
    /// What was refused.
    pub about: Refused,
    /// The gateway's status in words, when it gave no code.
    pub said: Option<String>,
    /// When it is tried again.
    pub retry_at: Option<DateTime<Utc>>,
}

/// What the network refused: a code means another thing for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The link token.
    Token,
    /// The link.
    Link,
}

/// What an event changes.
pub fn change(recorded: &Recorded<Event>) -> Option<CareContextChange> {
    let Event::CareContext(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        CareContextEvent::Registered { facts, hi_types, .. } => {
            CareContextUpdate::Registered(facts.clone(), hi_types.clone())
        }
        CareContextEvent::LinkRequested { request_id, .. } => {
            CareContextUpdate::LinkRequested(*request_id)
        }
        CareContextEvent::Linked { .. } => CareContextUpdate::Linked(recorded.recorded_at),
        CareContextEvent::LinkRejected { code, retry, said, .. } => {
            CareContextUpdate::NotLinked(Refusal {
                code: code.clone(),
                about: Refused::Link,
                said: said.clone(),
                retry_at: retry.as_ref().map(|retry| retry.at),
            })
        }
        CareContextEvent::LinkFailed { code } => CareContextUpdate::NotLinked(Refusal {
            code: code.clone(),
            about: Refused::Token,
            said: None,
            retry_at: None,
        }),
        CareContextEvent::ChangedAfterLink { .. } | CareContextEvent::SmsRequested { .. } => {
            return None;
        }
    };
    Some(CareContextChange { stream: recorded.stream.clone(), what })
}
