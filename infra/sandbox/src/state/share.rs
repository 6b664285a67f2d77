//! Profiles that were shown, and places in queues.

use crate::wire::callback::Callback;
use crate::wire::flow_error::HipError;

/// A place in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueToken {
    /// Who waits.
    pub abha_address: String,
    /// At which counter.
    pub context: String,
    /// What the display will call, zeros included.
    pub token_number: String,
    /// How long it is good for, in seconds.
    pub expiry_s: u64,
    /// The REQUEST-ID of the share that it answers.
    pub request_id: String,
}

/// A share that was sent.
pub(crate) struct ShareRecord {
    pub(crate) callback: Callback,
    pub(crate) facility: String,
    pub(crate) abha_address: String,
    pub(crate) counter: String,
    pub(crate) answer: Option<Result<QueueToken, HipError>>,
}
