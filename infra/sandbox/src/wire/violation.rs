//! A violation of the contract by the HIP.

use chrono::{DateTime, Utc};

use crate::wire::operation::Operation;

/// One violation of the contract that the simulator detected.
///
/// Business refusals, such as demographics that do not match or an expired session, are not violations. Neither is a
/// call repeated with the same REQUEST-ID and body: a HIP recovers from a crash in this way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// When it was detected.
    pub at: DateTime<Utc>,
    /// The call that caused it; `None` for the answer to a callback, or for an unknown path.
    pub operation: Option<Operation>,
    /// The REQUEST-ID of that call or callback.
    pub request_id: Option<String>,
    /// The violated rule, with the path of the wrong member but never its value.
    pub rule: String,
}
