//! Events of user-initiated links.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::Otp;
use crate::hi_type::HiType;
use crate::id::{
    CareContextReference, ErrorCode, FacilityId, LinkReference, RequestId, SubjectId, TransactionId,
};
use crate::stream::StreamId;

/// The selection of a patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserLinkFacts {
    /// Our reference of the link.
    pub reference: LinkReference,
    /// The transaction id of the discovery.
    pub transaction: TransactionId,
    /// The request that started the link.
    pub request_id: RequestId,
    /// Id of the facility.
    pub facility: FacilityId,
    /// The patient.
    pub subject: SubjectId,
    /// The selected care contexts, with the selected types.
    pub chosen: Vec<Chosen>,
}

/// A selected care context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Our stream of the care context.
    pub stream: StreamId,
    /// Its reference in the network.
    pub reference: CareContextReference,
    /// The selected types.
    pub hi_types: Vec<HiType>,
}

/// Why an OTP was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpRefusal {
    /// The digits are wrong.
    Wrong,
    /// The digits are correct, but the OTP expired.
    Expired,
    /// There is no valid OTP: it was wrong too often, or could not be sent.
    Void,
}

/// An event of a user-initiated link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum UserLinkEvent {
    /// A patient selected care contexts.
    #[serde(rename = "user_link.initiated")]
    Initiated {
        /// The selection.
        facts: UserLinkFacts,
    },
    /// An OTP was created and will be sent.
    #[serde(rename = "user_link.otp_issued")]
    OtpIssued {
        /// The OTP as stored.
        otp: Otp,
    },
    /// The SMS was sent.
    #[serde(rename = "user_link.otp_sent")]
    OtpSent {
        /// The request to reply to.
        request_id: RequestId,
        /// The transaction id of the discovery.
        transaction: TransactionId,
    },
    /// The SMS could not be sent.
    #[serde(rename = "user_link.otp_failed")]
    OtpFailed {
        /// The request to reply to.
        request_id: RequestId,
        /// The transaction id of the discovery.
        transaction: TransactionId,
        /// The reason, without personal data.
        reason: String,
        /// The error code for the patient's app; by default the code for a failed SMS.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
    },
    /// An OTP was refused.
    #[serde(rename = "user_link.refused")]
    Refused {
        /// The request to reply to.
        request_id: RequestId,
        /// The reason.
        why: OtpRefusal,
        /// Number of remaining attempts.
        tries_left: u32,
    },
    /// The OTP was correct.
    #[serde(rename = "user_link.confirmed")]
    Confirmed {
        /// The request to reply to.
        request_id: RequestId,
    },
    /// The gateway accepted the confirmation, so the care contexts are linked.
    #[serde(rename = "user_link.linked")]
    Linked {
        /// The selection.
        facts: UserLinkFacts,
        /// The request with the correct OTP.
        confirmed_by: RequestId,
    },
}
