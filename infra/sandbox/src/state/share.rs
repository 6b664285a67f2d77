//! Profile shares, and the queue tokens that answer them.

use crate::wire::callback::Callback;
use crate::wire::flow_error::HipError;

/// The queue token that a HIP gives for a profile share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueToken {
    /// ABHA address of the patient.
    pub abha_address: String,
    /// The counter: `profile.context` of the answer.
    pub context: String,
    /// The token number, with leading zeros.
    pub token_number: String,
    /// How long the token is valid, in seconds.
    pub expiry_s: u64,
    /// The REQUEST-ID of the share callback that it answers.
    pub request_id: String,
}

/// A profile share that was sent to the HIP.
pub(crate) struct ShareRecord {
    pub(crate) callback: Callback,
    pub(crate) facility: String,
    pub(crate) abha_address: String,
    pub(crate) counter: String,
    pub(crate) answer: Option<Result<QueueToken, HipError>>,
}
