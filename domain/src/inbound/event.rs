//! What happens to a message from the gateway.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::aggregate::LogEvent;
use crate::id::{ConsentId, Digest, ErrorCode, FacilityId, RequestId};
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
}

impl CallbackKind {
    /// Every kind, for the router and for tests.
    pub const ALL: [Self; 5] = [
        Self::OnGenerateToken,
        Self::OnCareContext,
        Self::Discover,
        Self::ConsentNotify,
        Self::HealthInformationRequest,
    ];

    /// The path below the bridge URL, without the optional `/api` in front.
    pub const fn path(self) -> &'static str {
        match self {
            Self::OnGenerateToken => "/v3/hip/token/on-generate-token",
            Self::OnCareContext => "/v3/link/on_carecontext",
            Self::Discover => "/v3/hip/patient/care-context/discover",
            Self::ConsentNotify => "/v3/consent/request/hip/notify",
            Self::HealthInformationRequest => "/v3/hip/health-information/request",
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
pub struct RawMessage {
    /// The path it was posted to.
    pub path: String,
    /// Names in lower case, values as sent.
    pub headers: Vec<(String, String)>,
    /// The body, verbatim.
    pub body: String,
}

/// A message, stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    /// What it is about.
    pub kind: CallbackKind,
    /// Whom it is for: `X-HIP-ID`.
    pub facility: FacilityId,
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
    pub raw: Sealed<RawMessage>,
}

/// An answer that the sender waits for and that no other event leads to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owed {
    /// Acknowledge a consent notification, or refuse it.
    ConsentOnNotify {
        /// The artefact.
        consent_id: ConsentId,
        /// The refusal, when it was refused.
        error: Option<ErrorCode>,
    },
}

/// What happens to a message from the gateway.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum InboundEvent {
    /// It was stored, before anyone looked at it.
    #[serde(rename = "inbound.received")]
    Received(Received),
    /// Its consequences are in the log.
    #[serde(rename = "inbound.interpreted")]
    Interpreted {
        /// The answer that is owed.
        owed: Option<Owed>,
    },
    /// It was understood and refused.
    #[serde(rename = "inbound.rejected")]
    Rejected {
        /// The code.
        code: ErrorCode,
        /// Why.
        reason: String,
        /// The answer that is owed.
        owed: Option<Owed>,
    },
    /// It does not have the shape of its kind.
    #[serde(rename = "inbound.failed")]
    Failed {
        /// Path of the member that does not fit.
        field: String,
        /// What would have fitted.
        expected: String,
    },
}

impl LogEvent for InboundEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Received(_) => "inbound.received",
            Self::Interpreted { .. } => "inbound.interpreted",
            Self::Rejected { .. } => "inbound.rejected",
            Self::Failed { .. } => "inbound.failed",
        }
    }

    fn sealed(&self) -> Option<&dyn SealedPart> {
        match self {
            Self::Received(received) => Some(&received.raw),
            Self::Interpreted { .. } | Self::Rejected { .. } | Self::Failed { .. } => None,
        }
    }

    fn sealed_mut(&mut self) -> Option<&mut dyn SealedPart> {
        match self {
            Self::Received(received) => Some(&mut received.raw),
            Self::Interpreted { .. } | Self::Rejected { .. } | Self::Failed { .. } => None,
        }
    }
}
