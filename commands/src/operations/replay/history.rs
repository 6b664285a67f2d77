//! The history of one message: each interpretation and its result, and the resulting calls. It links both ways: from
//! the message to its replays, and from each call to its cause.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::inbound::InboundEvent;
use hip_domain::outbound::{CallOutcome, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::replay::Ordered;
use hip_domain::stream::StreamId;
use uuid::Uuid;

use super::resend;
use crate::log::codec;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The history of one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The events of the message, oldest first.
    pub events: Vec<Happened>,
    /// The calls of its conversation, in order.
    pub calls: Vec<Called>,
}

/// An event of a message or a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    /// Id of the event.
    pub event_id: Uuid,
    /// Name of the event.
    pub event: String,
    /// Position in the log.
    pub position: i64,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// Id of the event that caused it.
    pub caused_by: Option<Uuid>,
    /// The replay order, if it is part of a replay.
    pub replay: Option<ByOrder>,
    /// For a replay request: the event that it responds to, such as a failure or the end of an earlier replay.
    pub answers: Option<Uuid>,
}

/// The replay order behind an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ByOrder {
    /// Id of the order.
    pub replay: Uuid,
    /// What may be sent: `projections`, `safe` or `all`.
    pub policy: &'static str,
    /// Who gave the order.
    pub by: String,
    /// The reason, if one was given.
    pub why: Option<String>,
}

impl From<&Ordered> for ByOrder {
    fn from(order: &Ordered) -> Self {
        let Ordered { replay, policy, by, why } = order;
        let (policy, by) = (policy.as_str(), by.to_string());
        Self { replay: replay.0, policy, by, why: why.clone() }
    }
}

/// A call of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Called {
    /// Its `REQUEST-ID`.
    pub request_id: Uuid,
    /// The kind of call.
    pub kind: String,
    /// `open`, `unknown`, `refused` or `accepted`.
    pub state: &'static str,
    /// The events of the call, oldest first.
    pub events: Vec<Happened>,
}

/// The history of a message and of these calls.
///
/// # Errors
///
/// The log cannot be read.
pub async fn history(
    ports: &Ports,
    message: &StreamId,
    calls: &[RequestId],
) -> Result<History, TaskError> {
    let events = happened(ports, message).await?;
    let mut called = Vec::with_capacity(calls.len());
    for request_id in calls {
        let Some(known) = resend::known(ports, *request_id).await? else { continue };
        called.push(Called {
            request_id: request_id.0,
            kind: known.call.kind().to_owned(),
            state: match known.standing() {
                CallOutcome::Open => "open",
                CallOutcome::Unknown => "unknown",
                CallOutcome::Refused => "refused",
                CallOutcome::Accepted => "accepted",
            },
            events: happened(ports, &StreamId::outbound(*request_id)).await?,
        });
    }
    Ok(History { events, calls: called })
}

async fn happened(ports: &Ports, stream: &StreamId) -> Result<Vec<Happened>, TaskError> {
    let stored = ports.log.stream(stream, 0).await?;
    let recorded = stored.iter().map(codec::decode).collect::<Result<Vec<_>, _>>()?;
    Ok(recorded.iter().map(told).collect())
}

fn told(recorded: &Recorded<Event>) -> Happened {
    let (replay, answers) =
        if let Event::Inbound(InboundEvent::ReplayRequested { replay, answers })
        | Event::Outbound(OutboundEvent::ReplayRequested { replay, answers, .. }) =
            &recorded.event
        {
            (Some(replay.into()), Some(answers.0))
        } else if let Event::Outbound(OutboundEvent::Suppressed { replay, .. }) = &recorded.event {
            (Some(replay.into()), None)
        } else {
            (None, None)
        };
    Happened {
        event_id: recorded.event_id.0,
        event: recorded.event.name().to_owned(),
        position: recorded.position,
        at: recorded.recorded_at,
        caused_by: recorded.causation,
        replay,
        answers,
    }
}
