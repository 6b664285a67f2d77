//! Questions to the HIP: when they were put, how often, and the count of their answers.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::run::draw::Draw;
use crate::wire::callback::Callback;
use crate::wire::version::ApiVersion;

/// One callback, whatever it says.
pub(crate) struct ReceivedQuestion {
    pub(crate) version: ApiVersion,
    /// When the HIP acknowledged it.
    pub(crate) heard_at: Option<DateTime<Utc>>,
}

impl ReceivedQuestion {
    /// Whether an answer at `now` comes later than `limit` after the HIP has heard the question.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>, limit: Duration) -> bool {
        let limit = TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        self.heard_at.is_some_and(|heard_at| now - heard_at > limit)
    }
}

/// A callback that wants exactly one answer each time it is put.
///
/// A redelivery is not another time: it has the REQUEST-ID of the first.
pub(crate) struct Question {
    first: Callback,
    request_ids: Vec<String>,
    answer_count: usize,
}

impl Question {
    pub(crate) fn new(callback: &Callback) -> Self {
        Self {
            first: callback.clone(),
            request_ids: vec![callback.request_id.clone()],
            answer_count: 0,
        }
    }

    /// Put the same question again, under a fresh REQUEST-ID.
    pub(crate) fn repeat(&mut self, draw: &Draw) -> Callback {
        let callback = self.first.renamed(draw.id());
        self.request_ids.push(callback.request_id.clone());
        callback
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.first.version
    }

    /// The REQUEST-ID under which it was put first.
    pub(crate) fn request_id(&self) -> &str {
        &self.first.request_id
    }

    /// Whether `request_id` is one under which it was put.
    pub(crate) fn was_asked(&self, request_id: &Value) -> bool {
        self.request_ids.iter().any(|asked| request_id == asked.as_str())
    }

    /// Whether no further answer is due.
    ///
    /// A HIP may repeat its stored answer, with the first REQUEST-ID in it, when it is asked again;
    /// so answers are counted, not matched one by one.
    pub(crate) fn is_answered(&self) -> bool {
        self.answer_count >= self.request_ids.len()
    }

    pub(crate) fn answer(&mut self) {
        self.answer_count += 1;
    }
}
