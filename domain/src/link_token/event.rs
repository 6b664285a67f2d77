//! What happens to the link tokens of one ABHA address at one facility.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Hold;
use crate::aggregate::LogEvent;
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// A link token: a JWT that names the patient, and lets its bearer link records to them.
pub type Token = Phi<String>;

/// A person as the record system names them when it asks for a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AskedPerson {
    /// The ABHA address.
    pub abha_address: Phi<String>,
    /// 14 digits, when it is known.
    pub abha_number: Option<Phi<String>>,
    /// Full name.
    pub name: Phi<String>,
    /// `M`, `F`, `O` or `U`.
    pub gender: Phi<String>,
    /// Year of birth.
    pub year_of_birth: Phi<i32>,
}

/// What happens to the link tokens of one ABHA address at one facility.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LinkTokenEvent {
    /// The gateway is asked for one.
    #[serde(rename = "link_token.requested")]
    Requested {
        /// Where the patient is treated.
        facility: FacilityId,
        /// Whose token it is.
        subject: SubjectId,
        /// The id of the request.
        request_id: RequestId,
        /// The care context that needs it.
        care_context: StreamId,
        /// When that was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<DateTime<Utc>>,
    },
    /// The gateway is asked for one by the record system, before any care context needs it.
    #[serde(rename = "link_token.asked")]
    Asked {
        /// Where the patient is treated.
        facility: FacilityId,
        /// Whose token it is.
        subject: SubjectId,
        /// The id of the request.
        request_id: RequestId,
        /// When that was decided.
        at: DateTime<Utc>,
        /// Whom the record system named.
        #[serde(skip)]
        person: Sealed<AskedPerson>,
    },
    /// The gateway must not be asked yet.
    #[serde(rename = "link_token.postponed")]
    Postponed {
        /// The care context that needs it.
        care_context: StreamId,
        /// When it asks again.
        until: DateTime<Utc>,
        /// Why it has to wait.
        why: Hold,
    },
    /// Another care context waits for the same answer.
    #[serde(rename = "link_token.awaited")]
    Awaited {
        /// The care context that needs it.
        care_context: StreamId,
    },
    /// A token that is still good serves this care context too.
    #[serde(rename = "link_token.reused")]
    Reused {
        /// The care context that needs it.
        care_context: StreamId,
        /// The request that brought the token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued_by: Option<RequestId>,
    },
    /// The gateway sent one.
    #[serde(rename = "link_token.issued")]
    Issued {
        /// The request that was answered.
        request_id: RequestId,
        /// When it stops being usable.
        expires_at: DateTime<Utc>,
        /// The care contexts that waited.
        waiting: Vec<StreamId>,
        /// The token.
        #[serde(skip)]
        token: Sealed<Token>,
    },
    /// The gateway will not give one.
    #[serde(rename = "link_token.rejected")]
    Rejected {
        /// The request that was answered.
        request_id: RequestId,
        /// Why.
        code: ErrorCode,
        /// The care contexts that waited in vain.
        waiting: Vec<StreamId>,
        /// When they ask again; `None` if that would be in vain too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
        /// Whether the gateway took the request.
        #[serde(default = "yes", skip_serializing_if = "is_true")]
        counted: bool,
    },
    /// The gateway does not accept the token any more.
    #[serde(rename = "link_token.dropped")]
    Dropped {
        /// The request that brought it.
        issued_by: RequestId,
    },
    /// The patient has left ABDM: there is nothing to link with.
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

impl LogEvent for LinkTokenEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "link_token.requested",
            Self::Asked { .. } => "link_token.asked",
            Self::Awaited { .. } => "link_token.awaited",
            Self::Reused { .. } => "link_token.reused",
            Self::Issued { .. } => "link_token.issued",
            Self::Rejected { .. } => "link_token.rejected",
            Self::Postponed { .. } => "link_token.postponed",
            Self::Dropped { .. } => "link_token.dropped",
            Self::Purged {} => "link_token.purged",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Issued { token, .. } => Some(token),
            Self::Asked { person, .. } => Some(person),
            Self::Requested { .. }
            | Self::Awaited { .. }
            | Self::Reused { .. }
            | Self::Postponed { .. }
            | Self::Rejected { .. }
            | Self::Dropped { .. }
            | Self::Purged {} => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Issued { token, .. } => Some(token),
            Self::Asked { person, .. } => Some(person),
            Self::Requested { .. }
            | Self::Awaited { .. }
            | Self::Reused { .. }
            | Self::Postponed { .. }
            | Self::Rejected { .. }
            | Self::Dropped { .. }
            | Self::Purged {} => None,
        }
    }
}
