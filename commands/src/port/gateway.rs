//! The ABDM gateway.

use std::time::Duration;

use async_trait::async_trait;
use hip_domain::id::{ErrorCode, FacilityId, RequestId};
use hip_domain::inbound::ApiVersion;
use secrecy::SecretString;
use thiserror::Error;

/// A message to the gateway.
pub struct GatewayMessage {
    /// Path below the base URL of its API version.
    pub path: &'static str,
    /// The API version.
    pub api: ApiVersion,
    /// Header `REQUEST-ID`.
    pub request_id: RequestId,
    /// Header `X-HIP-ID`.
    pub facility: FacilityId,
    /// Header `X-LINK-TOKEN`, if the path requires one.
    pub link_token: Option<SecretString>,
    /// The body as JSON.
    pub body: Vec<u8>,
}

/// The gateway. Adds sessions and headers.
#[async_trait]
pub trait Gateway: Send + Sync {
    /// Sends a message. Returns the HTTP status if the gateway accepted it.
    async fn send(&self, message: GatewayMessage) -> Result<u16, SendError>;
}

impl SendError {
    /// The peer did not respond, or the connection failed.
    pub const NO_ANSWER: Self = Self::Unavailable { status: None, code: None, retry_after: None };
}

/// Why a peer did not accept a message.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SendError {
    /// The peer did not respond, or is temporarily unavailable. Retry later.
    #[error("the peer could not take it (status {status:?})")]
    Unavailable {
        /// HTTP status, if there was a response.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// The requested wait (`Retry-After`).
        retry_after: Option<Duration>,
    },
    /// The peer already has a message with this id. After an attempt with unknown result this means that it arrived.
    #[error("the peer has had this id before ({code})")]
    Duplicate {
        /// The HTTP status.
        status: u16,
        /// The error code.
        code: ErrorCode,
    },
    /// The peer refuses the message permanently.
    #[error("the peer refused it (status {status:?})")]
    Refused {
        /// HTTP status; `None` if this service refused to send it.
        status: Option<u16>,
        /// The error code, if there was one.
        code: Option<ErrorCode>,
        /// A text for operators. It never contains text of the peer, because that may be personal data.
        reason: String,
    },
}
