//! Errors of the actions of a patient or an HIU.

use std::time::Duration;

use serde_json::Value;

use crate::wire::operation::Operation;

/// The `error` of a HIP's answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}")]
pub struct HipError {
    /// The error code, without the colon and the space that may follow it in the message.
    pub code: String,
    /// Readable text. It may contain anything that the HIP sent.
    pub message: String,
}

impl HipError {
    pub(crate) fn read(body: &Value) -> Option<Self> {
        let error = body.get("error")?;
        let text = |member: &str| error[member].as_str().unwrap_or_default();
        Some(Self {
            code: text("code").trim_end_matches([':', ' ']).to_owned(),
            message: text("message").to_owned(),
        })
    }
}

/// Why an action of the patient or the HIU failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The HIP did not answer in time. A 2xx status for the callback is not an answer.
    #[error("no {} within {} ms", missing.name(), waited.as_millis())]
    Silence {
        /// The call that is missing.
        missing: Operation,
        /// How long the simulator waited.
        waited: Duration,
    },
    /// The HIP answered with an error.
    #[error("refused by the HIP: {0}")]
    Refused(HipError),
    /// The simulator has no consent, request, discovery, link or share with this id.
    #[error("nothing is known under the id {0}")]
    Unknown(String),
}
