//! What happens to a call that we make.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::hi_type::HiType;
use crate::id::{
    ConsentId, ErrorCode, EventId, FacilityId, LinkReference, RequestId, TransactionId,
};
use crate::replay::Ordered;
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
        /// The refusal of a message that could not be read; else the discovery says what is answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ErrorCode>,
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
        /// How often the gateway has refused these news before.
        #[serde(default, skip_serializing_if = "is_zero")]
        refusals: u32,
    },
    /// Let the gateway send the patient a text message that leads to a discovery.
    SmsNotify {
        /// The care context that waits to be found.
        care_context: StreamId,
        /// How often the gateway has refused this message before.
        #[serde(default, skip_serializing_if = "is_zero")]
        refusals: u32,
    },
    /// Answer a patient who begins a link.
    OnInit {
        /// The discovery that they chose from.
        transaction: TransactionId,
        /// Our name for the link; `None` if it was refused.
        link: Option<LinkReference>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Answer a patient who confirms a link.
    OnConfirm {
        /// The link; `None` if there is none under that name.
        link: Option<LinkReference>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Answer a patient who shares their profile.
    OnShare {
        /// The counter's stream; `None` if the profile was refused.
        counter: Option<StreamId>,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A call that goes out once more because the gateway's callback said that it came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentAgain {
    /// The id of the new call.
    pub request_id: RequestId,
    /// When it goes out.
    pub at: DateTime<Utc>,
}

impl Call {
    /// The same call, after the gateway has refused it once more.
    #[must_use]
    pub fn once_more(&self) -> Self {
        let mut again = self.clone();
        if let Self::ContextNotify { refusals, .. } | Self::SmsNotify { refusals, .. } = &mut again
        {
            *refusals = refusals.saturating_add(1);
        }
        again
    }

    /// How often the gateway has refused it before by a callback.
    pub const fn refusals(&self) -> u32 {
        match self {
            Self::ContextNotify { refusals, .. } | Self::SmsNotify { refusals, .. } => *refusals,
            Self::GenerateToken { .. }
            | Self::LinkCareContext { .. }
            | Self::OnDiscover { .. }
            | Self::ConsentOnNotify { .. }
            | Self::OnRequest { .. }
            | Self::PushPage { .. }
            | Self::NotifyTransfer { .. }
            | Self::OnInit { .. }
            | Self::OnConfirm { .. }
            | Self::OnShare { .. } => 0,
        }
    }

    /// The word that is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::GenerateToken { .. } => "generate_token",
            Self::LinkCareContext { .. } => "link_care_context",
            Self::OnDiscover { .. } => "on_discover",
            Self::ConsentOnNotify { .. } => "consent_on_notify",
            Self::OnRequest { .. } => "on_request",
            Self::PushPage { .. } => "push_page",
            Self::NotifyTransfer { .. } => "notify_transfer",
            Self::ContextNotify { .. } => "context_notify",
            Self::SmsNotify { .. } => "sms_notify",
            Self::OnInit { .. } => "on_init",
            Self::OnConfirm { .. } => "on_confirm",
            Self::OnShare { .. } => "on_share",
        }
    }

    /// Whether it may be made anew after it was given up. Else our side has gone on meanwhile: a link is
    /// started again, a page is asked for again.
    pub const fn is_repeatable(&self) -> bool {
        match self {
            Self::GenerateToken { .. } | Self::LinkCareContext { .. } | Self::PushPage { .. } => {
                false
            }
            Self::OnDiscover { .. }
            | Self::ConsentOnNotify { .. }
            | Self::OnRequest { .. }
            | Self::NotifyTransfer { .. }
            | Self::ContextNotify { .. }
            | Self::SmsNotify { .. }
            | Self::OnInit { .. }
            | Self::OnConfirm { .. }
            | Self::OnShare { .. } => true,
        }
    }
}

/// What a message looked like, for anyone who compares it with another of the same conversation. Nothing can
/// be read from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// Where it went, below the peer's base; of an HIU's own address nothing is kept.
    pub target: String,
    /// Each member's JSON path, and a keyed hash of its value that is good for this conversation only:
    /// 16 hex digits. In order of the paths.
    pub members: Vec<(String, String)>,
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
        /// What the message looked like.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent: Option<Sent>,
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
        /// The page goes out when an operator trusts its HIU, if that is soon enough.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        awaits_trust: bool,
    },
    /// The gateway's callback says what became of it.
    #[serde(rename = "outbound.answered")]
    Answered {
        /// What was called.
        call: Call,
        /// The code, when it came to nothing.
        code: Option<ErrorCode>,
        /// What an operator reads of the failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// How it goes on after a failure that passes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<SentAgain>,
    },
    /// What it waited for has come: it is made again under its own id.
    #[serde(rename = "outbound.resumed")]
    Resumed {
        /// What is called.
        call: Call,
    },
    /// A replay has led to it, and may not send it.
    #[serde(rename = "outbound.suppressed")]
    Suppressed {
        /// What would have been called.
        call: Call,
        /// On whose behalf.
        facility: FacilityId,
        /// The order, and who gave it.
        replay: Ordered,
    },
    /// An operator wants it made again.
    #[serde(rename = "outbound.replay_requested")]
    ReplayRequested {
        /// What is called.
        call: Call,
        /// The order, and who gave it.
        replay: Ordered,
        /// The event by which it ended before.
        answers: EventId,
        /// The id of the new call; `None` if it goes out under its own.
        renewed: Option<RequestId>,
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
            Self::Resumed { .. } => "outbound.resumed",
            Self::Suppressed { .. } => "outbound.suppressed",
            Self::ReplayRequested { .. } => "outbound.replay_requested",
        }
    }
}
