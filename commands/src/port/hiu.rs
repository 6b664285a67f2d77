//! The health information users.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;

use super::gateway::SendError;

/// Where sealed pages go.
#[async_trait]
pub trait Hiu: Send + Sync {
    /// Posts a page to a push address that an HIU named; returns the HTTP status when it took it.
    ///
    /// The address is a stranger's: the adapter checks where it leads before it calls it. With
    /// `bearer` it shows our session token, if the connection is encrypted.
    async fn push(
        &self,
        push_url: &Phi<String>,
        body: Phi<String>,
        bearer: bool,
    ) -> Result<u16, SendError>;

    /// Whether a push address may be called at all: https, and not into our own network.
    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused>;
}

/// A push address that must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the push address is refused: {0}")]
pub struct PushUrlRefused(pub &'static str);
