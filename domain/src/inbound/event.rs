//! Events of messages from the gateway.

use chrono::{DateTime, Utc};
use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};

use crate::id::{ConsentId, Digest, ErrorCode, EventId, FacilityId, RequestId, TransactionId};
use crate::replay::Ordered;
use crate::sealed::Sealed;

/// The kinds of callbacks that the gateway sends to a HIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// The reply to a link token request.
    OnGenerateToken,
    /// The reply to a link request.
    OnCareContext,
    /// A patient searches for their records.
    Discover,
    /// A consent was granted, revoked, expired or denied.
    ConsentNotify,
    /// An HIU requests the records that a consent covers.
    HealthInformationRequest,
    /// A patient selected care contexts of a discovery.
    LinkInit,
    /// A patient confirms the selection with an OTP.
    LinkConfirm,
    /// The gateway forwarded a notification about a care context, or could not.
    ContextOnNotify,
    /// The gateway sent an SMS for us, or could not.
    SmsOnNotify,
    /// A patient shares their profile at a counter.
    PatientShare,
    /// A patient left ABDM or returned.
    PatientStatus,
}

/// The API version of a message. The reply uses the same version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiVersion {
    /// The current version: ids and times are in headers.
    #[default]
    V3,
    /// The previous version: ids and times are in the body, and there is one patient instead of a list.
    V05,
}

impl ApiVersion {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V05 => "v05",
        }
    }
}

impl CallbackKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnGenerateToken => "on_generate_token",
            Self::OnCareContext => "on_care_context",
            Self::Discover => "discover",
            Self::ConsentNotify => "consent_notify",
            Self::HealthInformationRequest => "health_information_request",
            Self::LinkInit => "link_init",
            Self::LinkConfirm => "link_confirm",
            Self::ContextOnNotify => "context_on_notify",
            Self::SmsOnNotify => "sms_on_notify",
            Self::PatientShare => "patient_share",
            Self::PatientStatus => "patient_status",
        }
    }

    /// All kinds.
    pub const ALL: [Self; 11] = [
        Self::OnGenerateToken,
        Self::OnCareContext,
        Self::Discover,
        Self::ConsentNotify,
        Self::HealthInformationRequest,
        Self::LinkInit,
        Self::LinkConfirm,
        Self::ContextOnNotify,
        Self::SmsOnNotify,
        Self::PatientShare,
        Self::PatientStatus,
    ];

    /// The path below the bridge URL, without the optional prefix `/api`.
    pub const fn path(self) -> &'static str {
        match self {
            Self::OnGenerateToken => "/v3/hip/token/on-generate-token",
            Self::OnCareContext => "/v3/link/on_carecontext",
            Self::Discover => "/v3/hip/patient/care-context/discover",
            Self::ConsentNotify => "/v3/consent/request/hip/notify",
            Self::HealthInformationRequest => "/v3/hip/health-information/request",
            Self::LinkInit => "/v3/hip/link/care-context/init",
            Self::LinkConfirm => "/v3/hip/link/care-context/confirm",
            Self::ContextOnNotify => "/v3/links/context/on-notify",
            Self::SmsOnNotify => "/v3/patients/sms/on-notify",
            Self::PatientShare => "/v3/hip/patient/share",
            Self::PatientStatus => "/v3/patients/status/notify",
        }
    }

    /// Alternative paths of the same message, because documents of the network disagree.
    pub const fn other_paths(self) -> &'static [&'static str] {
        match self {
            Self::SmsOnNotify => &["/v3/links/sms/on-notify", "/links/sms/on-notify"],
            Self::OnGenerateToken
            | Self::OnCareContext
            | Self::Discover
            | Self::ConsentNotify
            | Self::HealthInformationRequest
            | Self::LinkInit
            | Self::LinkConfirm
            | Self::ContextOnNotify
            | Self::PatientShare
            | Self::PatientStatus => &[],
        }
    }

    /// The path in the previous API version; `None` if it had no such message.
    pub const fn v05_path(self) -> Option<&'static str> {
        match self {
            Self::OnGenerateToken => None,
            Self::OnCareContext => Some("/v0.5/links/link/on-add-contexts"),
            Self::Discover => Some("/v0.5/care-contexts/discover"),
            Self::ConsentNotify => Some("/v0.5/consents/hip/notify"),
            Self::HealthInformationRequest => Some("/v0.5/health-information/hip/request"),
            Self::LinkInit => Some("/v0.5/links/link/init"),
            Self::LinkConfirm => Some("/v0.5/links/link/confirm"),
            Self::ContextOnNotify => Some("/v0.5/links/context/on-notify"),
            Self::SmsOnNotify => Some("/v0.5/patients/sms/on-notify"),
            Self::PatientShare => Some("/v1.0/patients/profile/share"),
            Self::PatientStatus => Some("/v0.5/patients/status/notify"),
        }
    }
}

/// How the sender was authenticated: the relevant claims of the bearer token, never the token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BearerCheck {
    /// The key that verified the signature.
    pub key_id: String,
    /// The issuer of the token, if given.
    pub issuer: Option<String>,
    /// Seconds since the token expired, for a message that was delivered again; 0 if it was valid.
    pub late_by_s: i64,
}

/// A message as received. The headers are in order, without `Authorization`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawCallback {
    /// The request path.
    pub path: String,
    /// Header names in lower case, values as received.
    pub headers: Vec<(String, String)>,
    /// The body, verbatim.
    pub body: String,
}

/// A stored message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceivedCallback {
    /// The kind of callback.
    pub kind: CallbackKind,
    /// The API version of the message.
    #[serde(default, skip_serializing_if = "is_v3")]
    pub api: ApiVersion,
    /// The facility that the message is for.
    pub facility: FacilityId,
    /// The former service id by which it names the facility. The reply uses the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<FacilityId>,
    /// Its `REQUEST-ID`.
    pub request_id: RequestId,
    /// Its `TIMESTAMP`, if it could be parsed.
    pub sent_at: Option<DateTime<Utc>>,
    /// SHA-256 of the body. The same request id with another body is a different message.
    pub digest: Digest,
    /// How the sender was authenticated.
    pub bearer: BearerCheck,
    /// The message as received.
    #[serde(skip)]
    pub raw: Sealed<RawCallback>,
}

/// A reply that depends on the message alone and not on another event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectReply {
    /// Refuse a discovery.
    OnDiscover {
        /// The transaction id.
        transaction: TransactionId,
        /// The error code.
        error: ErrorCode,
    },
    /// Refuse a health information request.
    OnRequest {
        /// The transaction id.
        transaction: TransactionId,
        /// The error code.
        error: ErrorCode,
    },
    /// Acknowledge or refuse a consent notification.
    ConsentOnNotify {
        /// Id of the consent artefact.
        consent_id: ConsentId,
        /// The error code, if it was refused.
        error: Option<ErrorCode>,
    },
    /// Refuse to start a user-initiated link.
    LinkOnInit {
        /// The transaction id of the discovery.
        transaction: TransactionId,
        /// The error code.
        error: ErrorCode,
    },
    /// Refuse to confirm a user-initiated link.
    LinkOnConfirm {
        /// The error code.
        error: ErrorCode,
    },
    /// Refuse a profile share.
    OnShare {
        /// The error code.
        error: ErrorCode,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
fn is_v3(api: &ApiVersion) -> bool {
    *api == ApiVersion::V3
}

/// An event of a message from the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum InboundEvent {
    /// It was stored, before it was interpreted.
    #[serde(rename = "inbound.received")]
    Received(#[sealed(raw)] ReceivedCallback),
    /// It was interpreted; its effects are in the log.
    #[serde(rename = "inbound.interpreted")]
    Interpreted {
        /// The direct reply, if there is one.
        owed: Option<DirectReply>,
    },
    /// It was interpreted and refused.
    #[serde(rename = "inbound.rejected")]
    Rejected {
        /// The error code.
        code: ErrorCode,
        /// The reason, without personal data.
        reason: String,
        /// The direct reply, if there is one.
        owed: Option<DirectReply>,
    },
    /// It is malformed.
    #[serde(rename = "inbound.failed")]
    Failed {
        /// Path of the invalid member.
        field: String,
        /// The expected format.
        expected: String,
        /// The direct reply, if the message can be answered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owed: Option<DirectReply>,
    },
    /// An operator requested a replay. All resulting events have this event as their cause.
    #[serde(rename = "inbound.replay_requested")]
    ReplayRequested {
        /// The replay order.
        replay: Ordered,
        /// The event that closed it before: a failure, or the end of an earlier replay.
        answers: EventId,
    },
}
