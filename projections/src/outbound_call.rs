//! The calls that we make, and what became of each.

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
    /// Which.
    pub stream: StreamId,
    /// When.
    pub at: DateTime<Utc>,
    /// How.
    pub what: OutboundCallUpdate,
}

/// How a call changes.
#[derive(Debug, Clone, PartialEq)]
pub enum OutboundCallUpdate {
    /// It is to be made, or may not be.
    Planned(Planned),
    /// It is on its way, for this time.
    Attempted(u32),
    /// It did not get through, and is tried again.
    Failed(Option<u16>, Option<ErrorCode>),
    /// It has arrived; with the status, when that is known.
    Accepted(Option<u16>),
    /// It was given up.
    Abandoned(Option<u16>, Option<ErrorCode>, String),
    /// The gateway's callback says that it came to nothing: code, words, and the call that goes out in
    /// its place.
    Refused(ErrorCode, Option<String>, Option<RequestId>),
    /// It is made again: what it waited for has come.
    Resumed,
    /// It is made again by this order, under this id when not under its own.
    Replayed(ReplayId, Option<RequestId>),
}

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// Its `REQUEST-ID`.
    pub request_id: RequestId,
    /// What is called.
    pub kind: &'static str,
    /// On whose behalf.
    pub facility: FacilityId,
    /// With what the conversation began.
    pub conversation: Uuid,
    /// Place in the log.
    pub position: i64,
    /// The order that may not send it.
    pub suppressed_by: Option<ReplayId>,
}

/// What an event changes.
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
