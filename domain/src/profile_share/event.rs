//! Events of the queue tokens of a counter.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::Token;
use crate::id::{FacilityId, Pseudonym, RequestId};
use crate::sealed::Sealed;
use crate::sensitive::Phi;

/// The shared data. Stored only in encrypted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedProfile {
    /// The ABHA address.
    pub abha_address: Phi<String>,
    /// `metaData.context`: the counter with the scanned code.
    pub counter: String,
    /// `profile.patient`, verbatim.
    pub profile: Phi<String>,
}

/// An event of the queue tokens of a counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum ProfileShareEvent {
    /// A patient received a new token.
    #[serde(rename = "profile_share.token_issued")]
    TokenIssued {
        /// Id of the facility.
        facility: FacilityId,
        /// The request to reply to.
        request_id: RequestId,
        /// Pseudonym of the ABHA address.
        patient: Pseudonym,
        /// The token.
        token: Token,
        /// The shared data.
        #[serde(skip)]
        #[sealed]
        shared: Sealed<SharedProfile>,
    },
    /// A patient asked again and keeps the token.
    #[serde(rename = "profile_share.token_repeated")]
    TokenRepeated {
        /// Id of the facility.
        facility: FacilityId,
        /// The request to reply to.
        request_id: RequestId,
        /// Pseudonym of the ABHA address.
        patient: Pseudonym,
        /// The token.
        token: Token,
        /// The data shared this time.
        #[serde(skip)]
        #[sealed]
        shared: Sealed<SharedProfile>,
    },
}
