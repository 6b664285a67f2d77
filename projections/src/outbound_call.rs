//! Outgoing calls and their results.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::{ErrorCode, FacilityId, ReplayId, RequestId};
use hip_domain::outbound::OutboundEvent;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use uuid::Uuid;

/// A change of one call.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboundCallChange {
    /// Stream of the call.
    pub stream: StreamId,
    /// When the event was recorded.
    pub at: DateTime<Utc>,
    /// The change.
    pub what: OutboundCallUpdate,
}

/// A change of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundCallUpdate {
    /// It was planned, or suppressed.
    Planned(Planned),
    /// It was attempted; the number of the attempt.
    Attempted(u32),
    /// An attempt failed and will be retried: HTTP status and error code.
    Failed(Option<u16>, Option<ErrorCode>),
    /// The peer accepted it, with this HTTP status if known.
    Accepted(Option<u16>),
    /// It was given up: HTTP status, error code and reason.
    Abandoned(Option<u16>, Option<ErrorCode>, String),
    /// The gateway's callback reports a failure: error code, text, and the call that replaces it.
    Refused(ErrorCode, Option<String>, Option<RequestId>),
    /// It is sent again because what it waited for has happened.
    Resumed,
    /// This order sends it again, under this request id or its own.
    Replayed(ReplayId, Option<RequestId>),
}

/// A planned call.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Its `REQUEST-ID`.
    pub request_id: RequestId,
    /// The kind of call.
    pub kind: &'static str,
    /// Id of the facility.
    pub facility: FacilityId,
    /// The correlation id.
    pub conversation: Uuid,
    /// Position in the log.
    pub position: i64,
    /// The replay order that suppressed it, if any.
    pub suppressed_by: Option<ReplayId>,
}

/// The change that an event makes; `None` if there is none.
pub fn change(recorded: &Recorded<Event>) -> Option<OutboundCallChange> {
    let Event::Outbound(event) = &recorded.event else {
        return None;
    };
    let what = match event {
        OutboundEvent::Planned { call, facility } => {
            OutboundCallUpdate::Planned(planned(recorded, call.kind(), facility, None)?)
        }
        OutboundEvent::Suppressed { call, facility, replay } => OutboundCallUpdate::Planned(
            planned(recorded, call.kind(), facility, Some(replay.replay))?,
        ),
        OutboundEvent::Attempted { attempt, .. } => OutboundCallUpdate::Attempted(*attempt),
        OutboundEvent::Failed { status, code, .. } => {
            OutboundCallUpdate::Failed(*status, code.clone())
        }
        OutboundEvent::Accepted { status, .. } => OutboundCallUpdate::Accepted(Some(*status)),
        OutboundEvent::Answered { code: None, .. } => OutboundCallUpdate::Accepted(None),
        OutboundEvent::Answered { code: Some(code), reason, again, .. } => {
            let renewed = again.as_ref().map(|again| again.request_id);
            OutboundCallUpdate::Refused(code.clone(), reason.clone(), renewed)
        }
        OutboundEvent::Abandoned { status, code, reason, .. } => {
            OutboundCallUpdate::Abandoned(*status, code.clone(), reason.clone())
        }
        OutboundEvent::Resumed { .. } => OutboundCallUpdate::Resumed,
        OutboundEvent::ReplayRequested { replay, renewed, .. } => {
            OutboundCallUpdate::Replayed(replay.replay, *renewed)
        }
    };
    Some(OutboundCallChange { stream: recorded.stream.clone(), at: recorded.recorded_at, what })
}

fn planned(
    recorded: &Recorded<Event>,
    kind: &'static str,
    facility: &FacilityId,
    suppressed_by: Option<ReplayId>,
) -> Option<Planned> {
    Some(Planned {
        request_id: recorded.stream.request_id()?,
        kind,
        facility: facility.clone(),
        conversation: recorded.correlation,
        position: recorded.position,
        suppressed_by,
    })
}
