//! A violation of the contract by the HIP.

use chrono::{DateTime, Utc};

use crate::wire::operation::Operation;

/// One breach of the contract that the simulator saw.
///
/// A business refusal (demographics that do not match, an expired session) is none; neither is a
/// call repeated with its REQUEST-ID and its body, which is how a HIP recovers from a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When it was seen.
    pub at: DateTime<Utc>,
    /// The call it was seen in; `None` for the answer to a callback, or a path nobody serves.
    pub operation: Option<Operation>,
    /// The REQUEST-ID of that call or callback.
    pub request_id: Option<String>,
    /// Which rule was broken, with the path of the member at fault but never its value.
    pub rule: String,
}
