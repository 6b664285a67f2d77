//! The history of a message, as it is answered.

use chrono::{DateTime, Utc};
use hip_commands::operations::replay::history;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// The history of one message.
#[derive(Serialize, ToSchema)]
pub(crate) struct MessageHistory {
    /// The events of the message, oldest first.
    events: Vec<MessageEvent>,
    /// The calls of its conversation, in order.
    calls: Vec<MessageCall>,
}

/// An event of a message or a call.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MessageEvent {
    /// Id of the event.
    event_id: Uuid,
    /// Name of the event.
    event: String,
    /// Position in the log.
    position: i64,
    /// When it was recorded.
    at: DateTime<Utc>,
    /// Id of the event that caused it.
    caused_by: Option<Uuid>,
    /// The replay order, if it is part of a replay.
    replay: Option<MessageReplay>,
    /// For a replay request: the event that it responds to, such as a failure or the end of an earlier replay.
    answers: Option<Uuid>,
}

/// The replay order behind an event.
#[derive(Serialize, ToSchema)]
struct MessageReplay {
    /// Id of the order.
    replay: Uuid,
    /// What may be sent: `projections`, `safe` or `all`.
    #[schema(value_type = String)]
    policy: &'static str,
    /// Who gave the order.
    by: String,
    /// The reason, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

/// A call of the conversation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MessageCall {
    /// Its `REQUEST-ID`.
    request_id: Uuid,
    /// The kind of call.
    kind: String,
    /// `open`, `unknown`, `refused` or `accepted`.
    #[schema(value_type = String)]
    state: &'static str,
    /// The events of the call, oldest first.
    events: Vec<MessageEvent>,
}

impl From<history::History> for MessageHistory {
    fn from(history::History { events, calls }: history::History) -> Self {
        Self {
            events: events.into_iter().map(MessageEvent::from).collect(),
            calls: calls.into_iter().map(MessageCall::from).collect(),
        }
    }
}

impl From<history::Happened> for MessageEvent {
    fn from(event: history::Happened) -> Self {
        let history::Happened { event_id, event, position, at, caused_by, replay, answers } = event;
        let replay = replay.map(|history::ByOrder { replay, policy, by, why }| MessageReplay {
            replay,
            policy,
            by,
            why,
        });
        Self { event_id, event, position, at, caused_by, replay, answers }
    }
}

impl From<history::Called> for MessageCall {
    fn from(history::Called { request_id, kind, state, events }: history::Called) -> Self {
        let events = events.into_iter().map(MessageEvent::from).collect();
        Self { request_id, kind, state, events }
    }
}
