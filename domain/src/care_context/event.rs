//! What happens to a care context.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::CareContextFacts;
use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{CareContextReference, ErrorCode, RequestId};
use crate::stream::StreamId;

/// What happens to a care context.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CareContextEvent {
    /// It exists, or holds other kinds than before.
    #[serde(rename = "care_context.registered")]
    Registered {
        /// What it is.
        facts: CareContextFacts,
        /// What it holds.
        hi_types: Vec<HiType>,
        /// The stream of the tokens to link it with; `None` if it is left to discovery.
        link_with: Option<StreamId>,
        /// The revision of the visit that said so, from 1.
        #[serde(default = "first", skip_serializing_if = "is_first")]
        revision: u32,
    },
    /// The gateway is asked to link it.
    #[serde(rename = "care_context.link_requested")]
    LinkRequested {
        /// The id of the request.
        request_id: RequestId,
        /// The stream that holds the token.
        link_token: StreamId,
        /// The kinds that are linked.
        hi_types: Vec<HiType>,
        /// The request that brought the token.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued_by: Option<RequestId>,
    },
    /// It is linked: the gateway says so, or has taken our answer to a patient who linked it.
    #[serde(rename = "care_context.linked")]
    Linked {
        /// The request that was answered.
        request_id: RequestId,
        /// It had been linked before.
        already: bool,
        /// The visit that it stands for.
        visit: StreamId,
        /// As the network knows it.
        reference: CareContextReference,
        /// The kinds that are linked.
        hi_types: Vec<HiType>,
    },
    /// The gateway says that it cannot be linked.
    #[serde(rename = "care_context.link_rejected")]
    LinkRejected {
        /// The request that was answered.
        request_id: RequestId,
        /// Why.
        code: ErrorCode,
        /// How it goes on; `None` if somebody has to mend something first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry: Option<RetryLink>,
        /// The gateway's status in words, when it gave no code and the status was not understood.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        said: Option<String>,
    },
    /// There is no token to link it with.
    #[serde(rename = "care_context.link_failed")]
    LinkFailed {
        /// Why there is none.
        code: ErrorCode,
    },
    /// It was linked before, and holds something new.
    #[serde(rename = "care_context.changed_after_link")]
    ChangedAfterLink {
        /// The kinds of what is new.
        hi_types: Vec<HiType>,
    },
    /// The patient is told by text message that it can be found.
    #[serde(rename = "care_context.sms_requested")]
    SmsRequested {
        /// The id of the request.
        request_id: RequestId,
    },
}

/// How a refused link goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RetryLink {
    /// The stream of the tokens.
    pub link_token: StreamId,
    /// The token of this request is not good any more.
    pub drop: Option<RequestId>,
    /// When.
    pub at: DateTime<Utc>,
}

const fn first() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_first(revision: &u32) -> bool {
    *revision == 1
}

impl LogEvent for CareContextEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "care_context.registered",
            Self::LinkRequested { .. } => "care_context.link_requested",
            Self::Linked { .. } => "care_context.linked",
            Self::LinkRejected { .. } => "care_context.link_rejected",
            Self::LinkFailed { .. } => "care_context.link_failed",
            Self::ChangedAfterLink { .. } => "care_context.changed_after_link",
            Self::SmsRequested { .. } => "care_context.sms_requested",
        }
    }
}
