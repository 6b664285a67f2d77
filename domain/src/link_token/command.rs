//! Commands of link tokens.

use chrono::{DateTime, Utc};

use super::{AskedPerson, Refusal, Token, TokenLimits};
use crate::id::{ErrorCode, FacilityId, RequestId, SubjectId};
use crate::stream::StreamId;

/// A command to the link tokens of one ABHA address at one facility.
#[derive(Debug, Clone, PartialEq)]
pub enum LinkTokenCommand {
    /// A care context needs a token.
    Need {
        /// Stream of the care context.
        care_context: StreamId,
        /// Id of the facility.
        facility: FacilityId,
        /// The patient.
        subject: SubjectId,
        /// The id of a possible request.
        request_id: RequestId,
        /// The limits for requests.
        limits: TokenLimits,
        /// The current time.
        now: DateTime<Utc>,
    },
    /// The record system requests a token before a care context needs it.
    Ask {
        /// Id of the facility.
        facility: FacilityId,
        /// The patient.
        subject: SubjectId,
        /// The patient as the record system describes them.
        person: AskedPerson,
        /// The id of a possible request.
        request_id: RequestId,
        /// The limits for requests.
        limits: TokenLimits,
        /// The current time.
        now: DateTime<Utc>,
    },
    /// The gateway issued a token.
    Issue {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The token.
        token: Token,
        /// Its own expiry, if it could be read.
        expires_at: Option<DateTime<Utc>>,
        /// The current time, which limits the expiry.
        now: DateTime<Utc>,
    },
    /// The gateway refused a token, or did not reply.
    Reject {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The error code.
        code: ErrorCode,
        /// The effect on the next request.
        refusal: Refusal,
        /// Whether the gateway accepted the request, so that it counts towards the limits.
        counted: bool,
        /// The limits for requests.
        limits: TokenLimits,
        /// The current time, from which waits are calculated.
        now: DateTime<Utc>,
    },
    /// The gateway refused the token that this request returned.
    Drop {
        /// The request that returned the token.
        issued_by: RequestId,
    },
    /// The patient left ABDM.
    Purge,
}
