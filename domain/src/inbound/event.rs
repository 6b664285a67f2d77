//! What happens to a message from the gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{ConsentId, Digest, ErrorCode, EventId, FacilityId, RequestId, TransactionId};
use crate::replay::Ordered;
use crate::sealed::{Sealed, SealedPart};

/// The messages that the gateway sends to a HIP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallbackKind {
    /// The answer to our request for a link token.
    OnGenerateToken,
    /// The answer to our request to link a care context.
    OnCareContext,
    /// A patient looks for records of theirs with us.
    Discover,
    /// A consent was granted, revoked, expired or denied.
    ConsentNotify,
    /// An HIU asks for the records that a consent covers.
    HealthInformationRequest,
    /// A patient has chosen care contexts of a discovery.
    LinkInit,
    /// A patient proves with an OTP that the chosen care contexts are theirs.
    LinkConfirm,
    /// The gateway has passed on the news of a linked care context, or could not.
    ContextOnNotify,
    /// The gateway has sent a text message for us, or could not.
    SmsOnNotify,
    /// A patient at the counter shares their profile.
    PatientShare,
    /// A patient has left ABDM, or has come back.
    PatientStatus,
}

/// Which API version of the network's interface a message speaks. It is answered in the same.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiVersion {
    /// The one that is in force: ids and times in headers.
    #[default]
    V3,
    /// The one before: ids and times in the body, one patient instead of a list.
    V05,
}

impl ApiVersion {
    /// The word that is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "v3",
            Self::V05 => "v05",
        }
    }
}

impl CallbackKind {
    /// The word that is stored.
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

    /// Every kind, for the router and for tests.
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

    /// The path below the bridge URL, without the optional `/api` in front.
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

    /// Other paths on which the same message comes: documents of the network disagree.
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

    /// The path in the earlier API version. Tokens were something else then.
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

/// How the sender proved itself: the bearer's claims that matter, never the bearer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BearerCheck {
    /// The key that verified the signature.
    pub key_id: String,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Seconds since it expired, for a message that was delivered again; 0 when in time.
    pub late_by_s: i64,
}

/// The message as it came. Headers in order, without `Authorization`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawCallback {
    /// The path it was posted to.
    pub path: String,
    /// Names in lower case, values as sent.
    pub headers: Vec<(String, String)>,
    /// The body, verbatim.
    pub body: String,
}

/// A message, stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReceivedCallback {
    /// What it is about.
    pub kind: CallbackKind,
    /// The API version it speaks.
    #[serde(default, skip_serializing_if = "is_v3")]
    pub api: ApiVersion,
    /// Whom it is for.
    pub facility: FacilityId,
    /// The former service id by which it names the facility: it is answered under the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<FacilityId>,
    /// Its `REQUEST-ID`.
    pub request_id: RequestId,
    /// Its `TIMESTAMP`, when it could be read.
    pub sent_at: Option<DateTime<Utc>>,
    /// SHA-256 of the body: the same id with another body is somebody else's message.
    pub digest: Digest,
    /// How the sender proved itself.
    pub bearer: BearerCheck,
    /// The message itself.
    #[serde(skip)]
    pub raw: Sealed<RawCallback>,
}

/// An answer that the sender waits for and that no other event leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DirectReply {
    /// Refuse a discovery.
    OnDiscover {
        /// The conversation.
        transaction: TransactionId,
        /// Why.
        error: ErrorCode,
    },
    /// Refuse a health information request.
    OnRequest {
        /// The conversation.
        transaction: TransactionId,
        /// Why.
        error: ErrorCode,
    },
    /// Acknowledge a consent notification, or refuse it.
    ConsentOnNotify {
        /// The artefact.
        consent_id: ConsentId,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
    },
    /// Refuse to begin a link.
    LinkOnInit {
        /// The discovery that it named.
        transaction: TransactionId,
        /// Why.
        error: ErrorCode,
    },
    /// Refuse to confirm a link that does not exist.
    LinkOnConfirm {
        /// Why.
        error: ErrorCode,
    },
    /// Refuse a shared profile.
    OnShare {
        /// Why.
        error: ErrorCode,
    },
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over like this")]
fn is_v3(api: &ApiVersion) -> bool {
    *api == ApiVersion::V3
}

/// What happens to a message from the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InboundEvent {
    /// It was stored, before anyone looked at it.
    #[serde(rename = "inbound.received")]
    Received(ReceivedCallback),
    /// Its consequences are in the log.
    #[serde(rename = "inbound.interpreted")]
    Interpreted {
        /// The answer that is owed.
        owed: Option<DirectReply>,
    },
    /// It was understood and refused.
    #[serde(rename = "inbound.rejected")]
    Rejected {
        /// The code.
        code: ErrorCode,
        /// Why.
        reason: String,
        /// The answer that is owed.
        owed: Option<DirectReply>,
    },
    /// It does not have the shape of its kind.
    #[serde(rename = "inbound.failed")]
    Failed {
        /// Path of the member that does not fit.
        field: String,
        /// What would have fitted.
        expected: String,
        /// The answer that is owed, when the message can be answered at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owed: Option<DirectReply>,
    },
    /// An operator wants it looked at again. Whatever follows from that has this event as its cause.
    #[serde(rename = "inbound.replay_requested")]
    ReplayRequested {
        /// The order, and who gave it.
        replay: Ordered,
        /// The event by which it ended before: a failure, or the end of an earlier replay.
        answers: EventId,
    },
}

impl LogEvent for InboundEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Received(_) => "inbound.received",
            Self::Interpreted { .. } => "inbound.interpreted",
            Self::Rejected { .. } => "inbound.rejected",
            Self::Failed { .. } => "inbound.failed",
            Self::ReplayRequested { .. } => "inbound.replay_requested",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Received(received) => Some(&received.raw),
            Self::Interpreted { .. }
            | Self::Rejected { .. }
            | Self::Failed { .. }
            | Self::ReplayRequested { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Received(received) => Some(&mut received.raw),
            Self::Interpreted { .. }
            | Self::Rejected { .. }
            | Self::Failed { .. }
            | Self::ReplayRequested { .. } => None,
        }
    }
}
