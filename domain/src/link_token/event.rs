//! Events of the link tokens of one ABHA address at one facility.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::Hold;
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::sealed::Sealed;
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// A link token: a JWT that names the patient. Its bearer can link records to the patient.
pub type Token = Phi<String>;

/// A patient, as the record system describes them in a token request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedPerson {
    /// The ABHA address.
    pub abha_address: Phi<String>,
    /// ABHA number of 14 digits, if known.
    pub abha_number: Option<Phi<String>>,
    /// Full name.
    pub name: Phi<String>,
    /// `M`, `F`, `O` or `U`.
    pub gender: Phi<String>,
    /// Year of birth.
    pub year_of_birth: Phi<i32>,
}

/// An event of the link tokens of one ABHA address at one facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum LinkTokenEvent {
    /// A token was requested from the gateway.
    #[serde(rename = "link_token.requested")]
    Requested {
        /// Id of the facility.
        facility: FacilityId,
        /// The patient.
        subject: SubjectId,
        /// The id of the request.
        request_id: RequestId,
        /// Stream of the care context that needs it.
        care_context: StreamId,
        /// When it was decided; `None` in older events.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// The record system requested a token before a care context needs it.
    #[serde(rename = "link_token.asked")]
    Asked {
        /// Id of the facility.
        facility: FacilityId,
        /// The patient.
        subject: SubjectId,
        /// The id of the request.
        request_id: RequestId,
        /// When it was decided.
        at: DateTime<Utc>,
        /// The patient as the record system describes them.
        #[serde(skip)]
        #[sealed]
        person: Sealed<AskedPerson>,
    },
    /// The gateway must not be asked yet.
    #[serde(rename = "link_token.postponed")]
    Postponed {
        /// Stream of the care context that needs a token.
        care_context: StreamId,
        /// When it is requested again.
        until: DateTime<Utc>,
        /// The reason of the delay.
        why: Hold,
    },
    /// Another care context waits for the same reply.
    #[serde(rename = "link_token.awaited")]
    Awaited {
        /// Stream of the care context that needs a token.
        care_context: StreamId,
    },
    /// A valid token is used for another care context.
    #[serde(rename = "link_token.reused")]
    Reused {
        /// Stream of the care context that needs a token.
        care_context: StreamId,
        /// The request that returned the token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued_by: Option<RequestId>,
    },
    /// The gateway issued a token.
    #[serde(rename = "link_token.issued")]
    Issued {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// When it expires.
        expires_at: DateTime<Utc>,
        /// The care contexts that waited for it.
        waiting: Vec<StreamId>,
        /// The token.
        #[serde(skip)]
        #[sealed]
        token: Sealed<Token>,
    },
    /// The gateway refused a token.
    #[serde(rename = "link_token.rejected")]
    Rejected {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The error code.
        code: ErrorCode,
        /// The care contexts that waited for it.
        waiting: Vec<StreamId>,
        /// When they request it again; `None` if they do not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        /// Whether the gateway accepted the request, so that it counts towards the limits.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        counted: bool,
    },
    /// The gateway no longer accepts the token.
    #[serde(rename = "link_token.dropped")]
    Dropped {
        /// The request that returned the token.
        issued_by: RequestId,
    },
    /// The patient left ABDM, so the token is removed.
    #[serde(rename = "link_token.purged")]
    Purged {},
}

const fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_true(counted: &bool) -> bool {
    *counted
}
