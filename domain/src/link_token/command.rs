//! What may be asked of link tokens.

use chrono::{DateTime, Utc};

use super::{AskedPerson, Refusal, Token, TokenLimits};
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::stream::StreamId;

/// A wish about these tokens.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkTokenCommand {
    /// A care context needs one.
    Need {
        /// Which.
        care_context: StreamId,
        /// Where the patient is treated.
        facility: FacilityId,
        /// Whose token it is.
        subject: SubjectId,
        /// The id that a request would carry.
        request_id: RequestId,
        /// How often the gateway may be asked.
        limits: TokenLimits,
        /// The time by which an expired token is known.
        now: DateTime<Utc>,
    },
    /// The record system wants one to be there, before any care context needs it.
    Ask {
        /// Where the patient is treated.
        facility: FacilityId,
        /// Whose token it is.
        subject: SubjectId,
        /// Whom the record system names.
        person: AskedPerson,
        /// The id that a request would carry.
        request_id: RequestId,
        /// How often the gateway may be asked.
        limits: TokenLimits,
        /// The time by which an expired token is known.
        now: DateTime<Utc>,
    },
    /// The gateway sent one.
    Issue {
        /// The request that it answers.
        request_id: RequestId,
        /// The token.
        token: Token,
        /// Its own expiry, when it could be read.
        expires_at: Option<DateTime<Utc>>,
        /// Now; bounds the expiry.
        now: DateTime<Utc>,
    },
    /// The gateway will not give one, or is silent.
    Reject {
        /// The request that it answers.
        request_id: RequestId,
        /// Its code.
        code: ErrorCode,
        /// What that means for the next request.
        refusal: Refusal,
        /// Whether the gateway took the request: then it counts.
        counted: bool,
        /// How often the gateway may be asked.
        limits: TokenLimits,
        /// Now; from here on holds are counted.
        now: DateTime<Utc>,
    },
    /// The gateway does not accept the token that this request brought.
    Drop {
        /// The request that brought it.
        issued_by: RequestId,
    },
    /// The patient has left ABDM.
    Purge,
}
