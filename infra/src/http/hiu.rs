//! The push to an HIU. The push URL is untrusted: it is checked before the call,
//! and the address that was checked is the one that is called.

mod places;
mod push_url;
mod tracked_body;

use std::net::SocketAddr;
use std::num::NonZeroU8;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::Hiu;
use hip_commands::port::gateway::SendError;
use hip_commands::port::hiu::{HostBusy, Place, PushUrlRefused};
use hip_domain::sensitive::Phi;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};

use crate::http::gateway::{ClientError, HttpGateway};
use crate::http::retry_after::retry_after;
use places::Places;
use push_url::{Allowed, PublicResolver, PushUrl};
use tracked_body::TrackedBody;

/// The HIUs.
pub struct HttpHiu {
    client: Client,
    gateway: Arc<HttpGateway>,
    allowed: Arc<Allowed>,
    places: Arc<Places>,
}

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Time limit for sending a page: the HIU may have a slow line.
const SENDING_MAX: Duration = Duration::from_secs(120);

/// Time limit for the answer after the whole page was sent. Some HIUs store a page twice if it is sent
/// again while they still process it.
const ANSWER_MAX: Duration = Duration::from_secs(180);

impl HttpHiu {
    /// Creates a client that calls public addresses, and only those private ones that an operator allows
    /// (for tests, and for an HIU in the same network). Sends at most `pages_at_once` pages to one host at the same time.
    pub fn new(
        gateway: Arc<HttpGateway>,
        allowed: Vec<SocketAddr>,
        pages_at_once: NonZeroU8,
    ) -> Result<Self, ClientError> {
        let allowed = Arc::new(Allowed::new(allowed));
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(PublicResolver::new(Arc::clone(&allowed))))
            .build()?;
        let places = Arc::new(Places::new(pages_at_once.get().into()));
        Ok(Self { client, gateway, allowed, places })
    }

    /// Sends a page and waits for the status of the answer; `None` after a timeout.
    async fn send(
        &self,
        request: RequestBuilder,
        body: String,
    ) -> Option<reqwest::Result<Response>> {
        let (body, left) = TrackedBody::new(body);
        let answer = request.body(reqwest::Body::wrap(body)).send();
        let mut answer = std::pin::pin!(answer);
        tokio::select! {
            answer = &mut answer => return Some(answer),
            () = left.wait() => {}
            () = tokio::time::sleep(SENDING_MAX) => return None,
        }
        tokio::time::timeout(ANSWER_MAX, answer).await.ok()
    }
}

/// Only the status and the requested wait of an answer are used. The rest is untrusted: it is neither read
/// nor logged, and the connection is closed.
#[async_trait]
impl Hiu for HttpHiu {
    fn reserve(&self, push_url: &Phi<String>) -> Result<Place, HostBusy> {
        let Ok(url) = PushUrl::parse(push_url.reveal(), &self.allowed) else {
            return Ok(Place::unlimited());
        };
        let host = url.host_and_port();
        match self.places.take(&host) {
            Some(taken) => Ok(Place::new(taken)),
            None => Err(HostBusy { host }),
        }
    }

    fn busy_hosts(&self) -> Vec<String> {
        self.places.full()
    }

    async fn session(&self) -> Result<Option<SecretString>, SendError> {
        self.gateway.session_token().await.map(Some)
    }

    async fn push(
        &self,
        push_url: &Phi<String>,
        body: Phi<String>,
        session: Option<&SecretString>,
    ) -> Result<u16, SendError> {
        let refused = |reason: &'static str| SendError::Refused {
            status: None,
            code: None,
            reason: reason.to_owned(),
        };
        let url = PushUrl::parse(push_url.reveal(), &self.allowed).map_err(|why| refused(why.0))?;
        let mut request =
            self.client.post(url.as_url().clone()).header(CONTENT_TYPE, "application/json");
        // Our session token is sent over encrypted connections only.
        if let Some(session) = session.filter(|_| url.is_encrypted()) {
            request = request.bearer_auth(session.expose_secret());
        }
        let Some(Ok(response)) = self.send(request, body.into_inner()).await else {
            return Err(SendError::NO_ANSWER);
        };
        let status = response.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        if is_final(status) {
            let reason = "the HIU refused the page".to_owned();
            return Err(SendError::Refused { status: Some(status.as_u16()), code: None, reason });
        }
        let retry_after = retry_after(response.headers(), self.gateway.now());
        let status = Some(status.as_u16());
        Err(SendError::Unavailable { status, code: None, retry_after })
    }

    async fn check(&self, push_url: &Phi<String>) -> Result<(), PushUrlRefused> {
        let url = PushUrl::parse(push_url.reveal(), &self.allowed)?;
        url.resolve(&self.allowed).await
    }
}

/// Whether a page with this answer must not be sent again. 400, 404 and 409 are sent by HIUs that do
/// not know the transfer yet. A redirect is not followed: its target was not checked.
fn is_final(status: StatusCode) -> bool {
    let may_pass = matches!(status.as_u16(), 400 | 404 | 408 | 409 | 425 | 429);
    status.is_redirection() || status.is_client_error() && !may_pass
}

#[cfg(test)]
mod tests;
