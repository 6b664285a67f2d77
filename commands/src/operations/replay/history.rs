//! The story of one message: each time it was looked at and how that ended, and the calls that came of it.
//! Both ways are in it: from the message to its replays, and from each call to what led to it.

use chrono::{DateTime, Utc};
use hip_domain::event::Event;
use hip_domain::id::RequestId;
use hip_domain::inbound::InboundEvent;
use hip_domain::outbound::{CallOutcome, OutboundEvent};
use hip_domain::recorded::Recorded;
use hip_domain::replay::Ordered;
use hip_domain::stream::StreamId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::resend;
use crate::log::codec;
use crate::ports::Ports;
use crate::tasks::TaskError;

/// The story.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MessageHistory)]
pub struct History {
    /// What happened to the message, in order.
    pub events: Vec<Happened>,
    /// The calls of its conversation, in order.
    pub calls: Vec<Called>,
}

/// Something that happened to a message or a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MessageEvent)]
pub struct Happened {
    /// Its event.
    pub event_id: Uuid,
    /// Its name in the log.
    pub event: String,
    /// Its place in the log.
    pub position: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// The event that led to it.
    pub caused_by: Option<Uuid>,
    /// Of a replay: the order, and who gave it.
    pub replay: Option<ByOrder>,
    /// Of a replay: how it ended before, the event of a failure or of the end of an earlier replay.
    pub answers: Option<Uuid>,
}

/// The order behind a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MessageReplay)]
pub struct ByOrder {
    /// Its id.
    pub replay: Uuid,
    /// What may leave: `projections`, `safe` or `all`.
    #[schema(value_type = String)]
    pub policy: &'static str,
    /// Who gave it.
    pub by: String,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MessageCall)]
pub struct Called {
    /// Its `REQUEST-ID`.
    pub request_id: Uuid,
    /// What is called.
    pub kind: String,
    /// `open`, `unknown`, `refused` or `accepted`.
    #[schema(value_type = String)]
    pub state: &'static str,
    /// What happened to it, in order.
    pub events: Vec<Happened>,
}

/// Tells the story of a message, with these calls.
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
