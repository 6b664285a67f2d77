//! The health information users.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use secrecy::SecretString;

use super::gateway::SendError;

/// Where sealed pages go.
#[async_trait]
pub trait Hiu: Send + Sync {
    /// Takes one of the few places for pages that are on their way to the host of this push address at the same
    /// time. An address that cannot be read needs no place: nothing is pushed there.
    fn reserve(&self, _push_url: &Phi<String>) -> Result<Place, HostBusy> {
        Ok(Place::unlimited())
    }

    /// The hosts that have no place left.
    fn busy_hosts(&self) -> Vec<String> {
        vec![]
    }

    /// Our session token, for an HIU that is shown it. It may have to be fetched from the gateway.
    async fn session(&self) -> Result<Option<SecretString>, SendError> {
        Ok(None)
    }

    /// Posts a page to a push address that an HIU named; returns the HTTP status when it took it.
    ///
    /// The address is a stranger's: the adapter checks where it leads before it calls it. It shows the
    /// session token, when one is given, if the connection is encrypted.
    async fn push(
        &self,
        push_url: &Phi<String>,
        body: Phi<String>,
        session: Option<&SecretString>,
    ) -> Result<u16, SendError>;

    /// Whether a push address may be called at all: https, and not into our own network.
    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused>;
}

/// A place for a page that is on its way to a host, until it is dropped.
pub struct Place(#[expect(dead_code, reason = "it is only dropped")] Option<Box<dyn Send + Sync>>);

impl Place {
    /// A place where there is no limit.
    pub const fn unlimited() -> Self {
        Self(None)
    }

    /// A place that is free again when `taken` is dropped.
    pub fn new(taken: impl Send + Sync + 'static) -> Self {
        Self(Some(Box::new(taken)))
    }
}

/// Enough pages are on their way to a host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("enough pages are on their way to the HIU")]
pub struct HostBusy {
    /// Host and port.
    pub host: String,
}

/// A push address that must not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the push address is refused: {0}")]
pub struct PushUrlRefused(pub &'static str);
