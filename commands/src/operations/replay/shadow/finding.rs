//! The results of a shadow replay.

use hip_domain::id::RequestId;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::replay::comparison::{Difference, How};
use crate::port::log::StoredEvent;

/// An event for which the current code would have different effects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Position in the log.
    pub position: i64,
    /// Name of the event.
    pub event: String,
    /// Correlation id of the conversation.
    pub conversation: Uuid,
    /// The `REQUEST-ID` of the message or call to which the event belongs.
    pub request_id: Option<RequestId>,
    /// The differences in the resulting events.
    pub facts: Vec<Fact>,
    /// The calls that resulted, or would result, from the differing events, directly or through other events.
    pub calls: Vec<CallFound>,
    /// The failure of a task, or why the event cannot be decoded.
    pub failure: Option<String>,
}

impl Finding {
    /// A finding without differences.
    pub(super) fn of(stored: &StoredEvent) -> Self {
        Self {
            position: stored.position,
            event: stored.name.clone(),
            conversation: stored.correlation,
            request_id: stored.stream.request_id(),
            facts: vec![],
            calls: vec![],
            failure: None,
        }
    }
}

/// An event that would be added, missing or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Name of the event.
    pub name: String,
    /// The kind of difference.
    pub how: How,
    /// The changed members, without their values. Members of a sent message start with `message.`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Difference>,
}

impl Fact {
    pub(super) fn new(name: &str, how: How) -> Self {
        Self { name: name.to_owned(), how, members: vec![] }
    }
}

/// A call that was sent, or that would be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallFound {
    /// The kind of call.
    pub kind: String,
    /// The `REQUEST-ID` of the recorded call.
    pub request_id: Option<RequestId>,
    /// The kind of difference; `None` if the message would be the same.
    pub how: Option<How>,
    /// The changed members of the message, without their values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Difference>,
}

/// Counts of a shadow replay.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Events of the period.
    pub events: u64,
    /// Messages of the gateway among them.
    pub callbacks: u64,
    /// Recorded effects of these events.
    pub effects: u64,
    /// Calls among these effects that were sent.
    pub calls: u64,
    /// Events for which the effects would differ.
    pub differences: u64,
    /// Skipped events: they belong to an erased patient and cannot be decrypted.
    pub erased: u64,
    /// Skipped events: their tasks are still in progress.
    pub under_way: u64,
    /// Skipped events: replays and erasures are not run.
    pub not_played: u64,
}
