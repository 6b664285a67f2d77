//! Events of discoveries.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::comparison::Considered;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ErrorCode, FacilityId, RequestId, SubjectId, TransactionId};
use crate::sealed::Sealed;
use crate::sensitive::Phi;

/// The data of a requesting patient. Stored only in encrypted form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiscoveryQuery {
    /// The ABHA address, verified by the consent manager.
    pub abha_address: Phi<String>,
    /// Full name.
    pub name: Phi<String>,
    /// `M`, `F`, `O`, `D`, `T` or `U`.
    pub gender: Phi<String>,
    /// Year of birth, if given.
    pub year_of_birth: Option<Phi<i32>>,
    /// Identifiers verified by the consent manager: type and value.
    pub verified: Vec<(String, Phi<String>)>,
    /// Identifiers entered by the patient: type and value.
    pub unverified: Vec<(String, Phi<String>)>,
}

/// A matching identifier, with ABDM's name.
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
    /// ABDM's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AbhaAddress => "ABHA_ADDRESS",
            Self::AbhaNumber => "ABHA_NUMBER",
            Self::Mobile => "MOBILE",
            Self::Mr => "MR",
        }
    }
}

/// The offer to one patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Offer {
    /// The patient.
    pub subject: SubjectId,
    /// The matching identifiers.
    pub matched_by: Vec<MatchedBy>,
    /// The care contexts that are not linked yet, with their types.
    pub care_contexts: Vec<(CareContextReference, Vec<HiType>)>,
}

/// The result of a discovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum DiscoveryOutcome {
    /// One patient with unlinked care contexts.
    Matched(Offer),
    /// No patient, several, or one without unlinked care contexts.
    NotMatched {
        /// The error code sent to the patient's app.
        code: ErrorCode,
        /// Number of candidates.
        candidates: u32,
    },
}

/// An event of a discovery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum DiscoveryEvent {
    /// A patient requested a discovery.
    #[serde(rename = "discovery.requested")]
    Requested {
        /// The transaction id.
        transaction: TransactionId,
        /// Id of the facility.
        facility: FacilityId,
        /// The request to reply to.
        request_id: RequestId,
        /// The data of the patient.
        #[serde(skip)]
        #[sealed]
        query: Sealed<DiscoveryQuery>,
    },
    /// One patient matched.
    #[serde(rename = "discovery.patient_matched")]
    PatientMatched {
        /// The request to reply to.
        request_id: RequestId,
        /// The offered care contexts.
        offer: Offer,
        /// The candidates with the same mobile number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        considered: Vec<Considered>,
    },
    /// The discovery was repeated with another request id.
    #[serde(rename = "discovery.repeated")]
    Repeated {
        /// The request to reply to.
        request_id: RequestId,
    },
    /// No patient or more than one matched, or there is nothing to offer.
    #[serde(rename = "discovery.not_matched")]
    NotMatched {
        /// The request to reply to.
        request_id: RequestId,
        /// The error code sent to the patient's app.
        code: ErrorCode,
        /// Number of candidates.
        candidates: u32,
        /// The candidates with the same mobile number.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        considered: Vec<Considered>,
    },
}
