//! Events of calls.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use crate::hi_type::HiType;
use crate::id::{
    ConsentId, ErrorCode, EventId, FacilityId, LinkReference, RequestId, TransactionId,
};
use crate::replay::Ordered;
use crate::stream::StreamId;

/// An outgoing call. It names the streams with the content; the message is built when it is sent, because personal
/// data is decrypted only then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    /// Request a link token from the gateway.
    GenerateToken {
        /// The link token stream.
        link_token: StreamId,
    },
    /// Request the link of a care context from the gateway.
    LinkCareContext {
        /// Stream of the care context.
        care_context: StreamId,
        /// The stream with the token to use.
        link_token: StreamId,
    },
    /// Reply to a discovery.
    OnDiscover {
        /// The transaction id.
        transaction: TransactionId,
        /// The error code if the message was malformed; otherwise the discovery determines the reply.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Acknowledge a consent notification.
    ConsentOnNotify {
        /// Id of the consent artefact.
        consent: ConsentId,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Accept or refuse a health information request.
    OnRequest {
        /// The transaction id.
        transaction: TransactionId,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Push one encrypted page to the HIU.
    PushPage {
        /// The transaction id.
        transaction: TransactionId,
        /// Page number, from 0.
        page: u32,
    },
    /// Notify the gateway of the end of a transfer.
    NotifyTransfer {
        /// The transaction id.
        transaction: TransactionId,
    },
    /// Notify the gateway that a linked care context has new documents.
    ContextNotify {
        /// Stream of the care context.
        care_context: StreamId,
        /// The types of the new documents.
        hi_types: Vec<HiType>,
        /// How often the gateway already refused this notification.
        #[serde(default, skip_serializing_if = "is_zero")]
        refusals: u32,
    },
    /// Request an SMS to the patient that leads to a discovery.
    SmsNotify {
        /// Stream of the care context that can be discovered.
        care_context: StreamId,
        /// How often the gateway already refused this message.
        #[serde(default, skip_serializing_if = "is_zero")]
        refusals: u32,
    },
    /// Reply to the start of a user-initiated link.
    OnInit {
        /// The transaction id of the discovery.
        transaction: TransactionId,
        /// Reference of the link; `None` if it was refused.
        link: Option<LinkReference>,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Reply to the confirmation of a user-initiated link.
    OnConfirm {
        /// Reference of the link; `None` if it does not exist.
        link: Option<LinkReference>,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
    /// Reply to a profile share.
    OnShare {
        /// The counter's stream; `None` if the profile was refused.
        counter: Option<StreamId>,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
        /// The request that is answered.
        in_reply_to: RequestId,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A new attempt after the gateway's callback reported a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SentAgain {
    /// The request id of the new call.
    pub request_id: RequestId,
    /// When it is sent.
    pub at: DateTime<Utc>,
}

impl Call {
    /// The same call with one more refusal.
    #[must_use]
    pub fn once_more(&self) -> Self {
        let mut again = self.clone();
        if let Self::ContextNotify { refusals, .. } | Self::SmsNotify { refusals, .. } = &mut again
        {
            *refusals = refusals.saturating_add(1);
        }
        again
    }

    /// How often the gateway already refused it by callback.
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

    /// The stored name.
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

    /// Whether it can be sent again after it was given up. The others depend on a state that has changed: a link is
    /// started again, a page is requested again.
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

/// Fingerprint of a message, to compare it with others of the same conversation. It does not reveal the content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The path below the peer's base URL. The address of an HIU is not stored.
    pub target: String,
    /// JSON path and hash of each member, ordered by path. The hash is keyed, is specific to the conversation, and
    /// has 16 hex digits.
    pub members: Vec<(String, String)>,
}

/// An event of a call.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum OutboundEvent {
    /// It was planned; the stream contains its `REQUEST-ID`.
    #[serde(rename = "outbound.planned")]
    Planned {
        /// The call.
        call: Call,
        /// The facility that sends it.
        facility: FacilityId,
    },
    /// It will be sent. From this point it may have arrived.
    #[serde(rename = "outbound.attempted")]
    Attempted {
        /// Number of the attempt, from 1.
        attempt: u32,
        /// The fingerprint of the message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sent: Option<Sent>,
    },
    /// The peer accepted it.
    #[serde(rename = "outbound.accepted")]
    Accepted {
        /// The call.
        call: Call,
        /// The HTTP status.
        status: u16,
    },
    /// An attempt failed.
    #[serde(rename = "outbound.failed")]
    Failed {
        /// Number of the attempt, from 1.
        attempt: u32,
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// When the next attempt is made.
        next_at: DateTime<Utc>,
    },
    /// It was given up.
    #[serde(rename = "outbound.abandoned")]
    Abandoned {
        /// The call.
        call: Call,
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// The reason, without personal data.
        reason: String,
        /// The page is sent if an operator trusts its HIU in time.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        awaits_trust: bool,
    },
    /// The gateway's callback reported the result.
    #[serde(rename = "outbound.answered")]
    Answered {
        /// The call.
        call: Call,
        /// The error code; `None` on success.
        code: Option<ErrorCode>,
        /// The text about the failure, for operators.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The next attempt after a temporary failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        again: Option<SentAgain>,
    },
    /// What it waited for has happened: it is sent again under its own id.
    #[serde(rename = "outbound.resumed")]
    Resumed {
        /// The call.
        call: Call,
    },
    /// It would result from a replay that must not send it.
    #[serde(rename = "outbound.suppressed")]
    Suppressed {
        /// The call.
        call: Call,
        /// The facility that would send it.
        facility: FacilityId,
        /// The replay order.
        replay: Ordered,
    },
    /// An operator requested to send it again.
    #[serde(rename = "outbound.replay_requested")]
    ReplayRequested {
        /// The call.
        call: Call,
        /// The replay order.
        replay: Ordered,
        /// The event that closed it before.
        answers: EventId,
        /// The request id of the new call; `None` if it is sent under its own id.
        renewed: Option<RequestId>,
    },
}
