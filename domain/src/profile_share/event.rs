//! What happens at a counter.

use serde::{Deserialize, Serialize};

use super::Token;
use crate::aggregate::LogEvent;
use crate::id::{FacilityId, Pseudonym, RequestId};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;

/// What a patient shares. Sealed wherever it is at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedProfile {
    /// Their ABHA address.
    pub abha_address: Phi<String>,
    /// `metaData.context`: the counter whose code was scanned.
    pub counter: String,
    /// `profile.patient`, verbatim.
    pub profile: Phi<String>,
}

/// What happens at a counter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProfileShareEvent {
    /// A patient got a place in the queue.
    #[serde(rename = "profile_share.token_issued")]
    TokenIssued {
        /// Where.
        facility: FacilityId,
        /// The request to answer.
        request_id: RequestId,
        /// Pseudonym of their ABHA address.
        patient: Pseudonym,
        /// The place.
        token: Token,
        /// What they share.
        #[serde(skip)]
        shared: Sealed<SharedProfile>,
    },
    /// A patient asked again, and keeps the place.
    #[serde(rename = "profile_share.token_repeated")]
    TokenRepeated {
        /// Where.
        facility: FacilityId,
        /// The request to answer.
        request_id: RequestId,
        /// Pseudonym of their ABHA address.
        patient: Pseudonym,
        /// The place.
        token: Token,
        /// What they share now.
        #[serde(skip)]
        shared: Sealed<SharedProfile>,
    },
}

impl LogEvent for ProfileShareEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::TokenIssued { .. } => "profile_share.token_issued",
            Self::TokenRepeated { .. } => "profile_share.token_repeated",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::TokenIssued { shared, .. } | Self::TokenRepeated { shared, .. } => Some(shared),
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::TokenIssued { shared, .. } | Self::TokenRepeated { shared, .. } => Some(shared),
        }
    }
}
