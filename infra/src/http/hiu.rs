//! The push to an HIU. Its address is a stranger's: where it leads is checked before it is called,
//! and the address that was checked is the one that is called.

mod places;
mod push_url;
mod tracked_body;

use std::net::SocketAddr;
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

/// How long a page may take to leave: its HIU may have a slow line.
const SENDING_MAX: Duration = Duration::from_secs(120);

/// How long its HIU may take to answer once the page has left whole. A page that is sent again while
/// the HIU still works on it is kept twice by some.
const ANSWER_MAX: Duration = Duration::from_secs(180);

impl HttpHiu {
    /// A client that calls public addresses, and beside them only those that an operator allows
    /// (for tests, and for an HIU in the same network).
    pub fn new(gateway: Arc<HttpGateway>, allowed: Vec<SocketAddr>) -> Result<Self, ClientError> {
        let allowed = Arc::new(Allowed::new(allowed));
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .dns_resolver(Arc::new(PublicResolver::new(Arc::clone(&allowed))))
            .build()?;
        Ok(Self { client, gateway, allowed, places: Arc::default() })
    }

    /// Sends a page and waits for the head of the answer; `None` when it took too long.
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

/// What an HIU answers beside its status and how long to wait is a stranger's text: it is neither read
/// nor logged, and the connection is dropped with it.
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
        // Our session is shown to nobody who could be overheard.
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

/// Whether a page with this answer is not to be sent again. 400, 404 and 409 are what HIUs say that do
/// not know the transfer yet. A redirect is not followed: it would lead where nobody has looked.
fn is_final(status: StatusCode) -> bool {
    let may_pass = matches!(status.as_u16(), 400 | 404 | 408 | 409 | 425 | 429);
    status.is_redirection() || status.is_client_error() && !may_pass
}

#[cfg(test)]
mod tests;
