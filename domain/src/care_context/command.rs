//! What may be asked of a care context.

use chrono::{DateTime, Utc};

use super::CareContextFacts;
use crate::hi_type::HiType;
use crate::id::{ErrorCode, RequestId};
use crate::stream::StreamId;

/// A wish about a care context.
#[derive(Debug, Clone, PartialEq)]
pub enum CareContextCommand {
    /// It exists, and holds these kinds.
    Register {
        /// What it is.
        facts: CareContextFacts,
        /// What it holds.
        hi_types: Vec<HiType>,
        /// Link it with tokens of this stream, when the patient's ABHA address is known.
        link_with: Option<StreamId>,
        /// The revision of the visit that says so.
        revision: u32,
    },
    /// Ask the gateway to link it.
    RequestLink {
        /// The id that the request will carry.
        request_id: RequestId,
        /// The stream that holds the token.
        link_token: StreamId,
        /// The request that brought the token.
        issued_by: Option<RequestId>,
    },
    /// The gateway says that it is linked.
    ConfirmLink {
        /// The request that the gateway answers.
        request_id: RequestId,
        /// The gateway had it linked already (ABDM-1056).
        already: bool,
    },
    /// The gateway says that it cannot be linked, or is silent.
    RejectLink {
        /// The request that the gateway answers.
        request_id: RequestId,
        /// Its code.
        code: ErrorCode,
        /// What that means.
        refusal: LinkRefusal,
        /// The gateway's status in words, when it gave no code and the status was not understood.
        said: Option<String>,
        /// Now; from here on the next try is counted.
        now: DateTime<Utc>,
    },
    /// There is no token to link it with, and there will be none.
    FailLink {
        /// The code of the refusal.
        code: ErrorCode,
    },
    /// The patient has linked it in their app.
    LinkByPatient {
        /// The call that told the gateway so.
        request_id: RequestId,
        /// The kinds that they chose.
        hi_types: Vec<HiType>,
    },
    /// Let the patient know by text message that it can be found.
    RequestSms {
        /// The id that the request will carry.
        request_id: RequestId,
    },
}

/// What a refused link means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkRefusal {
    /// The token is not good any more: a new one may help, once.
    Token,
    /// Something at the gateway is away.
    Passing,
    /// Somebody has to mend something first.
    Final,
}
