//! What happens to a discovery.

use serde::{Deserialize, Serialize};

use super::comparison::Considered;
use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ErrorCode, FacilityId, RequestId, SubjectId, TransactionId};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;

/// Who asks. Sealed wherever it is at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryQuery {
    /// The ABHA address that the consent manager vouches for.
    pub abha_address: Phi<String>,
    /// Full name.
    pub name: Phi<String>,
    /// `M`, `F`, `O`, `D`, `T` or `U`.
    pub gender: Phi<String>,
    /// Year of birth, when given.
    pub year_of_birth: Option<Phi<i32>>,
    /// Identifiers that the consent manager has verified: type and value.
    pub verified: Vec<(String, Phi<String>)>,
    /// Identifiers that the patient typed.
    pub unverified: Vec<(String, Phi<String>)>,
}

/// By what a patient was recognised, as ABDM spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MatchedBy {
    /// The ABHA address.
    AbhaAddress,
    /// The ABHA number.
    AbhaNumber,
    /// A verified mobile number.
    Mobile,
    /// The facility's medical record number.
    Mr,
}

impl MatchedBy {
    /// ABDM's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AbhaAddress => "ABHA_ADDRESS",
            Self::AbhaNumber => "ABHA_NUMBER",
            Self::Mobile => "MOBILE",
            Self::Mr => "MR",
        }
    }
}

/// What one patient is offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// Who it is.
    pub subject: SubjectId,
    /// Why we think so.
    pub matched_by: Vec<MatchedBy>,
    /// Care contexts that are not linked yet.
    pub care_contexts: Vec<(CareContextReference, Vec<HiType>)>,
}

/// How a discovery ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DiscoveryOutcome {
    /// One patient, with something to offer.
    Matched(Offer),
    /// None, several, or one with nothing to offer.
    NotMatched {
        /// What the patient's app is told.
        code: ErrorCode,
        /// How many patients came into question.
        candidates: u32,
    },
}

/// What happens to a discovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DiscoveryEvent {
    /// A patient asks.
    #[serde(rename = "discovery.requested")]
    Requested {
        /// The conversation.
        transaction: TransactionId,
        /// The facility that is asked.
        facility: FacilityId,
        /// The request to answer.
        request_id: RequestId,
        /// Who asks.
        #[serde(skip)]
        query: Sealed<DiscoveryQuery>,
    },
    /// One patient was recognised.
    #[serde(rename = "discovery.patient_matched")]
    PatientMatched {
        /// The request to answer.
        request_id: RequestId,
        /// What they are offered.
        offer: Offer,
        /// Who came into question by a mobile number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        considered: Vec<Considered>,
    },
    /// The same question came under another request.
    #[serde(rename = "discovery.repeated")]
    Repeated {
        /// The request to answer.
        request_id: RequestId,
    },
    /// Nobody was, or not just one, or there is nothing to offer.
    #[serde(rename = "discovery.not_matched")]
    NotMatched {
        /// The request to answer.
        request_id: RequestId,
        /// What the patient's app is told.
        code: ErrorCode,
        /// How many patients came into question.
        candidates: u32,
        /// Those among them that share a mobile number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        considered: Vec<Considered>,
    },
}

impl LogEvent for DiscoveryEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "discovery.requested",
            Self::PatientMatched { .. } => "discovery.patient_matched",
            Self::NotMatched { .. } => "discovery.not_matched",
            Self::Repeated { .. } => "discovery.repeated",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Requested { query, .. } => Some(query),
            Self::PatientMatched { .. } | Self::NotMatched { .. } | Self::Repeated { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Requested { query, .. } => Some(query),
            Self::PatientMatched { .. } | Self::NotMatched { .. } | Self::Repeated { .. } => None,
        }
    }
}
