//! A question to the HIP that may be put more than once, and the count of its answers.

use serde_json::Value;

use crate::gateway::callbacks::Callback;
use crate::version::ApiVersion;
use crate::world::World;

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
    pub(crate) fn repeat(&mut self, world: &World) -> Callback {
        let callback = self.first.renamed(world.draw.id());
        self.request_ids.push(callback.request_id.clone());
        callback
    }

    pub(crate) fn version(&self) -> ApiVersion {
        self.first.version
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
