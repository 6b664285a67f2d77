//! What happens to a call that we make.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{ConsentId, ErrorCode, FacilityId, LinkReference, RequestId, TransactionId};
use crate::stream::StreamId;

/// What is called. It names where the content lies in the log; the message itself is composed when
/// it is sent, because only then is anything personal opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Ask the gateway for a link token.
    GenerateToken {
        /// The link token's stream.
        link_token: StreamId,
    },
    /// Ask the gateway to link a care context.
    LinkCareContext {
        /// The care context's stream.
        care_context: StreamId,
        /// The stream that holds the token to use.
        link_token: StreamId,
    },
    /// Answer a discovery.
    OnDiscover {
        /// The conversation.
        transaction: TransactionId,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Acknowledge a consent notification.
    ConsentOnNotify {
        /// The artefact.
        consent: ConsentId,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Accept or refuse a health information request.
    OnRequest {
        /// The conversation.
        transaction: TransactionId,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Push one sealed page to the HIU.
    PushPage {
        /// The conversation.
        transaction: TransactionId,
        /// Which page, from 0.
        page: u32,
    },
    /// Tell the gateway how the transfer ended.
    NotifyTransfer {
        /// The conversation.
        transaction: TransactionId,
    },
    /// Tell the gateway that a linked care context holds new documents.
    ContextNotify {
        /// The care context's stream.
        care_context: StreamId,
        /// The kinds of what is new.
        hi_types: Vec<HiType>,
    },
    /// Let the gateway send the patient a text message that leads to a discovery.
    SmsNotify {
        /// The care context that waits to be found.
        care_context: StreamId,
    },
    /// Answer a patient who begins a link.
    OnInit {
        /// The discovery that they chose from.
        transaction: TransactionId,
        /// Our name for the link; nothing, when it was refused.
        link: Option<LinkReference>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Answer a patient who confirms a link.
    OnConfirm {
        /// The link; nothing, when there is none under that name.
        link: Option<LinkReference>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Answer a patient who shares their profile.
    OnShare {
        /// The counter's stream; nothing, when the profile was refused.
        counter: Option<StreamId>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
}

/// What happens to a call that we make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum OutboundEvent {
    /// It is to be made; the stream's id is the `REQUEST-ID` it will carry.
    #[serde(rename = "outbound.planned")]
    Planned {
        /// What is called.
        call: Call,
        /// On whose behalf.
        facility: FacilityId,
    },
    /// It is about to be sent: from here on it may have arrived.
    #[serde(rename = "outbound.attempted")]
    Attempted {
        /// Which attempt, from 1.
        attempt: u32,
    },
    /// The peer took it.
    #[serde(rename = "outbound.accepted")]
    Accepted {
        /// What was called.
        call: Call,
        /// HTTP status.
        status: u16,
    },
    /// It did not get through.
    #[serde(rename = "outbound.failed")]
    Failed {
        /// Which attempt, from 1.
        attempt: u32,
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// The peer's code.
        code: Option<ErrorCode>,
        /// When it is tried next.
        next_at: DateTime<Utc>,
    },
    /// It will not be tried again.
    #[serde(rename = "outbound.abandoned")]
    Abandoned {
        /// What would have been called.
        call: Call,
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// The peer's code.
        code: Option<ErrorCode>,
        /// Why.
        reason: String,
    },
    /// The gateway's callback says what became of it.
    #[serde(rename = "outbound.answered")]
    Answered {
        /// What was called.
        call: Call,
        /// The code, when it came to nothing.
        code: Option<ErrorCode>,
    },
}

impl LogEvent for OutboundEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Planned { .. } => "outbound.planned",
            Self::Attempted { .. } => "outbound.attempted",
            Self::Accepted { .. } => "outbound.accepted",
            Self::Failed { .. } => "outbound.failed",
            Self::Abandoned { .. } => "outbound.abandoned",
            Self::Answered { .. } => "outbound.answered",
        }
    }
}
