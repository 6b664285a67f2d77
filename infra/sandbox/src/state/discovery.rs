//! Discoveries, and what was offered.

use crate::wire::care_context::CareContext;
use crate::wire::flow_error::HipError;
use crate::wire::question::Question;

/// What a HIP offers to link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// One element per care context and hi type.
    pub care_contexts: Vec<CareContext>,
    /// `MR`, `MOBILE`, `ABHA_NUMBER`, `ABHA_ADDRESS`
    pub matched_by: Vec<String>,
    /// Those that the gateway holds as linked already.
    ///
    /// Should be empty; but while the callback of a link is on its way the HIP cannot know better,
    /// so a test has to decide whether this is a mistake.
    pub already_linked: Vec<CareContext>,
}

pub(crate) struct DiscoveryRecord {
    pub(crate) question: Question,
    pub(crate) facility: String,
    pub(crate) abha_address: String,
    pub(crate) answer: Option<Result<Offer, HipError>>,
}
