//! Care contexts and the state of their links.

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
    /// Stream of the care context.
    pub stream: StreamId,
    /// The change.
    pub what: CareContextUpdate,
}

/// A change of a care context.
#[derive(Debug, Clone, PartialEq)]
pub enum CareContextUpdate {
    /// It was registered, with these health information types.
    Registered(CareContextFacts, Vec<HiType>),
    /// The gateway was asked to link it.
    LinkRequested(RequestId),
    /// It was linked, at this time.
    Linked(DateTime<Utc>),
    /// It could not be linked.
    NotLinked(Refusal),
}

/// Why a care context is not linked.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// The gateway's error code.
    pub code: ErrorCode,
    /// The refused request.
    pub about: Refused,
    /// The known words of the gateway's status, if there was no code.
    pub said: Option<String>,
    /// When the next attempt is made, if there is one.
    pub retry_at: Option<DateTime<Utc>>,
}

/// The refused request. The meaning of an error code depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The request for a link token.
    Token,
    /// The link request.
    Link,
}

/// The change that an event makes; `None` if there is none.
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
