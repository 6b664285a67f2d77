//! User-initiated links: their init and their confirmation.

use crate::wire::care_context::CareContext;
use crate::wire::flow_error::HipError;
use crate::wire::version::ApiVersion;

/// A link that waits for the patient's OTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkReference {
    /// The HIP's reference number for this link.
    pub reference_number: String,
    /// The masked mobile number to which the OTP was sent.
    pub communication_hint: String,
    /// Expiry of the OTP, as the HIP wrote it.
    pub communication_expiry: String,
    /// The REQUEST-ID of the init callback that it answers.
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
