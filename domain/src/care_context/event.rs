//! Events of care contexts.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use super::CareContextFacts;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ErrorCode, RequestId};
use crate::stream::StreamId;

/// An event of a care context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum CareContextEvent {
    /// It was registered, or its types changed.
    #[serde(rename = "care_context.registered")]
    Registered {
        /// The constant facts.
        facts: CareContextFacts,
        /// The health information types of its documents.
        hi_types: Vec<HiType>,
        /// The link token stream to link it with; `None` if it is left to discovery.
        link_with: Option<StreamId>,
        /// The revision of the visit, from 1.
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
    },
    /// The gateway was asked to link it.
    #[serde(rename = "care_context.link_requested")]
    LinkRequested {
        /// The id of the request.
        request_id: RequestId,
        /// The link token stream.
        link_token: StreamId,
        /// The requested types.
        hi_types: Vec<HiType>,
        /// The request that returned the token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued_by: Option<RequestId>,
    },
    /// It was linked: the gateway reported it, or accepted the confirmation of a user-initiated link.
    #[serde(rename = "care_context.linked")]
    Linked {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// It had already been linked before.
        already: bool,
        /// Stream of the visit.
        visit: StreamId,
        /// Its reference in the network.
        reference: CareContextReference,
        /// The linked types.
        hi_types: Vec<HiType>,
    },
    /// The gateway refused the link.
    #[serde(rename = "care_context.link_rejected")]
    LinkRejected {
        /// The request to which the gateway replied.
        request_id: RequestId,
        /// The error code.
        code: ErrorCode,
        /// The next attempt; `None` if an intervention is necessary first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry: Option<RetryLink>,
        /// The known words of the gateway's status, if there was no code and the status could not be interpreted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    /// There is no token to link it with.
    #[serde(rename = "care_context.link_failed")]
    LinkFailed {
        /// The code of the refusal.
        code: ErrorCode,
    },
    /// It was linked before and its documents changed.
    #[serde(rename = "care_context.changed_after_link")]
    ChangedAfterLink {
        /// The types of the changed documents.
        hi_types: Vec<HiType>,
    },
    /// The patient is notified by SMS that it can be discovered.
    #[serde(rename = "care_context.sms_requested")]
    SmsRequested {
        /// The id of the request.
        request_id: RequestId,
    },
}

/// The next attempt of a refused link.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryLink {
    /// The link token stream.
    pub link_token: StreamId,
    /// Do not use the token of this request again.
    pub drop: Option<RequestId>,
    /// The time of the attempt.
    pub at: DateTime<Utc>,
}

const fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_first(revision: &u32) -> bool {
    *revision == 1
}
