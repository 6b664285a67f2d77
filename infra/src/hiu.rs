//! The push to an HIU. Its address is a stranger's: where it leads is checked before it is called,
//! and the address that was checked is the one that is called.

mod push_url;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::Hiu;
use hip_commands::port::gateway::SendError;
use hip_commands::port::hiu::PushUrlRefused;
use hip_domain::sensitive::Phi;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use secrecy::ExposeSecret;

use crate::gateway::{ClientError, HttpGateway};
use push_url::{Allowed, PublicResolver, PushUrl};

/// The HIUs.
pub struct HttpHiu {
    client: Client,
    gateway: Arc<HttpGateway>,
    allowed: Arc<Allowed>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const PUSH_TIMEOUT: Duration = Duration::from_secs(60);

impl HttpHiu {
    /// A client that calls public addresses, and beside them only those that an operator allows
    /// (for tests, and for an HIU in the same network).
    pub fn new(gateway: Arc<HttpGateway>, allowed: Vec<SocketAddr>) -> Result<Self, ClientError> {
        let allowed = Arc::new(Allowed::new(allowed));
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(PUSH_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(PublicResolver::new(Arc::clone(&allowed))))
            .build()?;
        Ok(Self { client, gateway, allowed })
    }
}

/// What an HIU answers beside its status is a stranger's text: it is neither read nor logged, and the
/// connection is dropped with it. The timeout counts from the look-up of the name to the last byte.
#[async_trait]
impl Hiu for HttpHiu {
    async fn push(
        &self,
        push_url: &Phi<String>,
        body: Phi<String>,
        bearer: bool,
    ) -> Result<u16, SendError> {
        let refused = |reason: &'static str| SendError::Refused {
            status: None,
            code: None,
            reason: reason.to_owned(),
        };
        let url = PushUrl::parse(push_url.reveal(), &self.allowed).map_err(|why| refused(why.0))?;
        let mut request = self
            .client
            .post(url.as_url().clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body.into_inner());
        // Our session is shown to nobody who could be overheard.
        if bearer && url.is_encrypted() {
            request = request.bearer_auth(self.gateway.session_token().await?.expose_secret());
        }
        let response = request
            .send()
            .await
            .map_err(|_| SendError::Unavailable { status: None, code: None })?;
        let status = response.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        let is_final = status.is_client_error() && !matches!(status.as_u16(), 408 | 429);
        // A redirect is not followed: it would lead where nobody has looked.
        let is_final = is_final || status.is_redirection();
        let status = Some(status.as_u16());
        if is_final {
            let reason = "the HIU refused the page".to_owned();
            return Err(SendError::Refused { status, code: None, reason });
        }
        Err(SendError::Unavailable { status, code: None })
    }

    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused> {
        let url = PushUrl::parse(push_url.reveal(), &self.allowed)?;
        url.resolve(&self.allowed).await
    }
}

#[cfg(test)]
mod tests;
