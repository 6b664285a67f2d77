//! The ABDM gateway.

use std::time::Duration;

use async_trait::async_trait;
use hip_domain::id::{ErrorCode, FacilityId, RequestId};
use hip_domain::inbound::ApiVersion;
use secrecy::SecretString;
use thiserror::Error;

/// A message to the gateway.
pub struct GatewayMessage {
    /// Path below the base of its dialect.
    pub path: &'static str,
    /// The dialect.
    pub api: ApiVersion,
    /// `REQUEST-ID`.
    pub request_id: RequestId,
    /// `X-HIP-ID`.
    pub facility: FacilityId,
    /// `X-LINK-TOKEN`, where one is wanted.
    pub link_token: Option<SecretString>,
    /// JSON.
    pub body: Vec<u8>,
}

/// The gateway, with its sessions and headers.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Sends a message; returns the HTTP status when the gateway took it.
    async fn send(&self, message: GatewayMessage) -> Result<u16, SendError>;
}

impl SendError {
    /// The peer did not answer: it is away, or the connection broke.
    pub const NO_ANSWER: Self = Self::Unavailable { status: None, code: None, retry_after: None };
}

/// Why a peer did not take a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// It did not answer, or answered that it can't at the moment. Try again later.
    #[error("the peer could not take it (status {status:?})")]
    Unavailable {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
        /// Its code.
        code: Option<ErrorCode>,
        /// How long it asks us to wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// It says that it has had a message with this id. After an attempt of unknown outcome that is
    /// the news that it had arrived.
    #[error("the peer has had this id before ({code})")]
    Duplicate {
        /// HTTP status.
        status: u16,
        /// Its code.
        code: ErrorCode,
    },
    /// It will not take it, now or later.
    #[error("the peer refused it (status {status:?})")]
    Refused {
        /// HTTP status; nothing, when we refused to send it.
        status: Option<u16>,
        /// Its code.
        code: Option<ErrorCode>,
        /// What to tell an operator; never what the peer wrote, which may repeat personal data.
        reason: String,
    },
}
