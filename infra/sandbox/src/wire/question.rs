//! Questions to the HIP: callbacks that expect an answer, and the number of their answers.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::run::draw::Draw;
use crate::wire::callback::Callback;
use crate::wire::version::ApiVersion;

/// A callback of any kind that was sent to the HIP.
pub(crate) struct ReceivedQuestion {
    pub(crate) version: ApiVersion,
    /// When the HIP acknowledged it with a 2xx status.
    pub(crate) heard_at: Option<DateTime<Utc>>,
}

impl ReceivedQuestion {
    /// Whether an answer at `now` is later than `limit` after the HIP's acknowledgement.
    pub(crate) fn is_overdue(&self, now: DateTime<Utc>, limit: Duration) -> bool {
        let limit = TimeDelta::from_std(limit).unwrap_or(TimeDelta::MAX);
        self.heard_at.is_some_and(|heard_at| now - heard_at > limit)
    }
}

/// A callback that expects one answer for each REQUEST-ID under which it was sent.
///
/// A redelivery has the same REQUEST-ID, so it expects no further answer.
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

    /// The same question with a new REQUEST-ID. It expects one more answer.
    pub(crate) fn repeat(&mut self, draw: &Draw) -> Callback {
        let callback = self.first.renamed(draw.id());
        self.request_ids.push(callback.request_id.clone());
        callback
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.first.version
    }

    /// The first REQUEST-ID of the question.
    pub(crate) fn request_id(&self) -> &str {
        &self.first.request_id
    }

    /// Whether the question was sent with this REQUEST-ID.
    pub(crate) fn was_asked(&self, request_id: &Value) -> bool {
        self.request_ids.iter().any(|asked| request_id == asked.as_str())
    }

    /// Whether all expected answers have arrived.
    ///
    /// Answers are counted and not matched by REQUEST-ID, because a HIP may answer a repeated question with its stored
    /// answer, which contains the first REQUEST-ID.
    pub(crate) fn is_answered(&self) -> bool {
        self.answer_count >= self.request_ids.len()
    }

    pub(crate) fn answer(&mut self) {
        self.answer_count += 1;
    }
}
