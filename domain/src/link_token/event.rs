//! What happens to the link tokens of one ABHA address at one facility.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::sealed::{Sealed, SealedPart};
use crate::sensitive::Phi;
use crate::stream::StreamId;

/// A link token: a JWT that names the patient, and lets its bearer link records to them.
pub type Token = Phi<String>;

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
    },
}

impl LogEvent for LinkTokenEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "link_token.requested",
            Self::Awaited { .. } => "link_token.awaited",
            Self::Reused { .. } => "link_token.reused",
            Self::Issued { .. } => "link_token.issued",
            Self::Rejected { .. } => "link_token.rejected",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Issued { token, .. } => Some(token),
            Self::Requested { .. }
            | Self::Awaited { .. }
            | Self::Reused { .. }
            | Self::Rejected { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Issued { token, .. } => Some(token),
            Self::Requested { .. }
            | Self::Awaited { .. }
            | Self::Reused { .. }
            | Self::Rejected { .. } => None,
        }
    }
}
