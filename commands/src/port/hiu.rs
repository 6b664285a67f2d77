//! Health information users (HIUs).

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use secrecy::SecretString;

use super::gateway::SendError;

/// Sends encrypted pages to HIUs.
#[async_trait]
pub trait Hiu: Send + Sync {
    /// Reserves one of the limited slots for concurrent pushes to the host of this push URL. An invalid URL needs no
    /// slot, because nothing is pushed to it.
    fn reserve(&self, _push_url: &Phi<String>) -> Result<Place, HostBusy> {
        Ok(Place::unlimited())
    }

    /// Hosts without a free slot.
    fn busy_hosts(&self) -> Vec<String> {
        vec![]
    }

    /// The session token to send with a push, if the HIU needs it. It may have to be fetched from the gateway.
    async fn session(&self) -> Result<Option<SecretString>, SendError> {
        Ok(None)
    }

    /// Posts a page to the push URL of an HIU. Returns the HTTP status if the HIU accepted it.
    ///
    /// The URL comes from a third party, so the adapter checks its target before each call. A given session token is
    /// sent only over an encrypted connection.
    async fn push(
        &self,
        push_url: &Phi<String>,
        body: Phi<String>,
        session: Option<&SecretString>,
    ) -> Result<u16, SendError>;

    /// Checks a push URL: it must be https and must not lead into a private network.
    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused>;
}

/// A slot for a push to a host. Dropping it frees the slot.
pub struct Place(#[expect(dead_code, reason = "it is only dropped")] Option<Box<dyn Send + Sync>>);

impl Place {
    /// A slot of a host without a limit.
    pub const fn unlimited() -> Self {
        Self(None)
    }

    /// A slot that is freed when `taken` is dropped.
    pub fn new(taken: impl Send + Sync + 'static) -> Self {
        Self(Some(Box::new(taken)))
    }
}

/// The host has no free slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("enough pages are on their way to the HIU")]
pub struct HostBusy {
    /// Host and port.
    pub host: String,
}

/// A push URL that must not be called, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the push address is refused: {0}")]
pub struct PushUrlRefused(pub &'static str);
