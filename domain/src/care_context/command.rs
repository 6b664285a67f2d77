//! Commands of care contexts.

use chrono::{DateTime, Utc};

use super::CareContextFacts;
use crate::hi_type::HiType;
use crate::id::{ErrorCode, RequestId};
use crate::stream::StreamId;

/// A command to a care context.
#[derive(Debug, Clone, PartialEq)]
pub enum CareContextCommand {
    /// Register the care context with these types.
    Register {
        /// The constant facts.
        facts: CareContextFacts,
        /// The health information types of its documents.
        hi_types: Vec<HiType>,
        /// Link it with a token of this stream, if the ABHA address is known.
        link_with: Option<StreamId>,
        /// The revision of the visit.
        revision: u32,
    },
    /// Request the link from the gateway.
    RequestLink {
        /// The id of the request.
        request_id: RequestId,
        /// The link token stream.
        link_token: StreamId,
        /// The request that returned the token.
        issued_by: Option<RequestId>,
    },
    /// The gateway reports that it is linked.
    ConfirmLink {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The gateway had already linked it (ABDM-1056).
        already: bool,
    },
    /// The gateway refused the link, or did not reply.
    RejectLink {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The error code.
        code: ErrorCode,
        /// The meaning of the code.
        refusal: LinkRefusal,
        /// The known words of the gateway's status, if there was no code and the status could not be interpreted.
        said: Option<String>,
        /// The current time, from which the next attempt is calculated.
        now: DateTime<Utc>,
    },
    /// There is no token to link it with, and none will be requested.
    FailLink {
        /// The code of the refusal.
        code: ErrorCode,
    },
    /// The patient linked it in their app.
    LinkByPatient {
        /// The call that confirmed the link.
        request_id: RequestId,
        /// The types that the patient selected.
        hi_types: Vec<HiType>,
    },
    /// Notify the patient by SMS that it can be discovered.
    RequestSms {
        /// The id of the request.
        request_id: RequestId,
    },
}

/// The meaning of a refused link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// The token is no longer valid: a new one may help, once.
    Token,
    /// A service of the gateway is unavailable.
    Passing,
    /// An intervention is necessary first.
    Final,
}
