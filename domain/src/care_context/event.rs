//! What happens to a care context.

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
        /// The stream of the tokens to link it with; nothing, when it is left to discovery.
        link_with: Option<StreamId>,
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
    },
    /// The gateway says that it is linked.
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
    },
}

impl LogEvent for CareContextEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Registered { .. } => "care_context.registered",
            Self::LinkRequested { .. } => "care_context.link_requested",
            Self::Linked { .. } => "care_context.linked",
            Self::LinkRejected { .. } => "care_context.link_rejected",
        }
    }
}
