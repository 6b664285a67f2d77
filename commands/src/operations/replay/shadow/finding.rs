//! What a shadow replay has found.

use hip_domain::id::RequestId;
use serde::Serialize;
use uuid::Uuid;

use crate::operations::replay::comparison::{Difference, How};
use crate::port::log::StoredEvent;

/// An event of the period from which something else follows by today's code than did follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Where it lies in the log.
    pub position: i64,
    /// Its name.
    pub event: String,
    /// Its conversation.
    pub conversation: Uuid,
    /// The `REQUEST-ID` of the message or the call that it is of.
    pub request_id: Option<RequestId>,
    /// How what follows differs.
    pub facts: Vec<Fact>,
    /// The calls that came of that, at once or through other events, or would.
    pub calls: Vec<CallFound>,
    /// What a task would fail with, or why the event cannot be read.
    pub failure: Option<String>,
}

impl Finding {
    /// Nothing yet of an event.
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

/// An event that would, or would not, follow; or would be another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// How it differs.
    pub how: How,
    /// Which members; of a message that is sent below `message.`. Of their values nothing is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Difference>,
}

impl Fact {
    pub(super) fn new(name: &str, how: How) -> Self {
        Self { name: name.to_owned(), how, members: vec![] }
    }
}

/// A call that was made, or would be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallFound {
    /// What is called.
    pub kind: String,
    /// The `REQUEST-ID` of the call that was made.
    pub request_id: Option<RequestId>,
    /// How it differs; nothing, when the same would be sent.
    pub how: Option<How>,
    /// Which members of the message would be others. Of their values nothing is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Difference>,
}

/// What was looked at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Looked {
    /// Events of the period.
    pub events: u64,
    /// Messages of the gateway among them.
    pub callbacks: u64,
    /// What followed from all of them, as history has it.
    pub effects: u64,
    /// Calls among these that left.
    pub calls: u64,
    /// Events from which something else would follow.
    pub differences: u64,
    /// Events that were passed over: nothing of an erased person can be read.
    pub erased: u64,
    /// Events that were passed over: what follows is still being done.
    pub under_way: u64,
    /// Events that were passed over: a replay, or an erasure, which is not played.
    pub not_played: u64,
}
