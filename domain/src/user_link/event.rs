//! What happens to a link that a patient begins.

use serde::{Deserialize, Serialize};

use super::Otp;
use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{
    CareContextReference, ErrorCode, FacilityId, LinkReference, RequestId, SubjectId, TransactionId,
};
use crate::stream::StreamId;

/// What a patient has chosen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserLinkFacts {
    /// Our name for it.
    pub reference: LinkReference,
    /// The discovery that offered it.
    pub transaction: TransactionId,
    /// The request that began it.
    pub request_id: RequestId,
    /// Where.
    pub facility: FacilityId,
    /// Who.
    pub subject: SubjectId,
    /// Which care contexts, and which kinds of each.
    pub chosen: Vec<Chosen>,
}

/// One chosen care context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chosen {
    /// Our stream of it.
    pub stream: StreamId,
    /// As the network knows it.
    pub reference: CareContextReference,
    /// Which kinds.
    pub hi_types: Vec<HiType>,
}

/// Why an OTP was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OtpRefusal {
    /// Other digits.
    Wrong,
    /// The right ones, too late.
    Expired,
    /// There is no OTP any more: it was wrong too often, or could not be sent.
    Void,
}

/// What happens to a link that a patient begins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum UserLinkEvent {
    /// A patient has chosen.
    #[serde(rename = "user_link.initiated")]
    Initiated {
        /// What.
        facts: UserLinkFacts,
    },
    /// An OTP is about to be sent.
    #[serde(rename = "user_link.otp_issued")]
    OtpIssued {
        /// Which.
        otp: Otp,
    },
    /// The text message has left.
    #[serde(rename = "user_link.otp_sent")]
    OtpSent {
        /// The request to answer.
        request_id: RequestId,
        /// The discovery that it names.
        transaction: TransactionId,
    },
    /// No text message can be sent.
    #[serde(rename = "user_link.otp_failed")]
    OtpFailed {
        /// The request to answer.
        request_id: RequestId,
        /// The discovery that it names.
        transaction: TransactionId,
        /// Why.
        reason: String,
        /// What the patient's app is told; without it, that text messages cannot be sent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<ErrorCode>,
    },
    /// An OTP was refused.
    #[serde(rename = "user_link.refused")]
    Refused {
        /// The request to answer.
        request_id: RequestId,
        /// Why.
        why: OtpRefusal,
        /// How many more wrong OTPs are borne.
        tries_left: u32,
    },
    /// The OTP was right.
    #[serde(rename = "user_link.confirmed")]
    Confirmed {
        /// The request to answer.
        request_id: RequestId,
    },
    /// The gateway has taken our yes: from now on they are linked.
    #[serde(rename = "user_link.linked")]
    Linked {
        /// What.
        facts: UserLinkFacts,
        /// The request that the patient confirmed with.
        confirmed_by: RequestId,
    },
}

impl LogEvent for UserLinkEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Initiated { .. } => "user_link.initiated",
            Self::OtpIssued { .. } => "user_link.otp_issued",
            Self::OtpSent { .. } => "user_link.otp_sent",
            Self::OtpFailed { .. } => "user_link.otp_failed",
            Self::Refused { .. } => "user_link.refused",
            Self::Confirmed { .. } => "user_link.confirmed",
            Self::Linked { .. } => "user_link.linked",
        }
    }
}
