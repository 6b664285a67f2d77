//! Discoveries, and the care contexts that the HIP offered.

use crate::wire::care_context::CareContext;
use crate::wire::flow_error::HipError;
use crate::wire::question::Question;

/// The care contexts that a HIP offers for linking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// One element per care context and hi type.
    pub care_contexts: Vec<CareContext>,
    /// The identifiers that matched: `MR`, `MOBILE`, `ABHA_NUMBER` or `ABHA_ADDRESS`.
    pub matched_by: Vec<String>,
    /// The offered care contexts that are already linked at the gateway.
    ///
    /// Usually empty. A HIP may offer a linked care context while the callback of that link is still on its way, so
    /// each test decides whether this is an error.
    pub already_linked: Vec<CareContext>,
}

pub(crate) struct DiscoveryRecord {
    pub(crate) question: Question,
    pub(crate) facility: String,
    pub(crate) abha_address: String,
    pub(crate) answer: Option<Result<Offer, HipError>>,
}
