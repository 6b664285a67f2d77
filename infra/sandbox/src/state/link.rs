//! Links that patients began.

use crate::wire::care_context::CareContext;
use crate::wire::flow_error::HipError;
use crate::wire::version::ApiVersion;

/// A link that waits for its OTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkReference {
    /// The HIP's name for it.
    pub reference_number: String,
    /// Where the OTP went, masked.
    pub communication_hint: String,
    /// When the OTP ends, as the HIP spelled it.
    pub communication_expiry: String,
    /// The REQUEST-ID of the init it answers.
    pub init_request_id: String,
}

pub(crate) struct InitRecord {
    pub(crate) transaction_id: String,
    pub(crate) facility: String,
    pub(crate) abha_address: String,
    pub(crate) chosen: Vec<CareContext>,
    pub(crate) version: ApiVersion,
    pub(crate) answer: Option<Result<LinkReference, HipError>>,
}

pub(crate) struct ConfirmRecord {
    pub(crate) init_request_id: String,
    pub(crate) answer: Option<Result<Vec<CareContext>, HipError>>,
}
