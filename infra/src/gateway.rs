//! The ABDM gateway over HTTP.

mod bearer;
mod certificates;
mod refusal;
mod session;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::abdm_error::Context;
use hip_commands::port::gateway::{GatewayMessage, SendError};
use hip_commands::port::{Clock, Gateway, Ids};
use hip_domain::id::RequestId;
use hip_domain::inbound::ApiVersion;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

pub use bearer::{BearerError, BearerPolicy};

use certificates::Certificates;
use session::Sessions;

/// How to reach the gateway.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// Base of all paths, for example `https://dev.abdm.gov.in/api/hiecm`.
    pub base_url: String,
    /// Base of the older dialect's paths, for example `https://dev.abdm.gov.in/gateway`.
    pub v05_base_url: String,
    /// `X-CM-ID`: `sbx` or `abdm`.
    pub cm_id: String,
    /// Client id of the bridge.
    pub client_id: String,
    /// Client secret of the bridge.
    pub client_secret: SecretString,
    /// What callbacks must prove.
    pub bearer: BearerPolicy,
}

/// The gateway.
pub struct HttpGateway {
    endpoint: Arc<Endpoint>,
    sessions: Sessions,
    certificates: Certificates,
    policy: BearerPolicy,
}

/// What every request to the gateway needs.
struct Endpoint {
    client: Client,
    settings: GatewaySettings,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
}

/// The client could not be made.
#[derive(Debug, Error)]
#[error("the HTTP client cannot be made")]
pub struct ClientError(#[from] reqwest::Error);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

/// Answers of the gateway are small; more of one is not read.
const RESPONSE_BYTES_MAX: usize = 64 * 1024;

impl HttpGateway {
    /// A gateway that has not been called yet.
    pub fn new(
        settings: GatewaySettings,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
    ) -> Result<Self, ClientError> {
        let client = Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(RESPONSE_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        let policy = settings.bearer.clone();
        let endpoint = Arc::new(Endpoint { client, settings, clock, ids });
        let sessions = Sessions::new(Arc::clone(&endpoint));
        let certificates = Certificates::new(Arc::clone(&endpoint));
        Ok(Self { endpoint, sessions, certificates, policy })
    }

    /// The session token, for the push to an HIU that wants it.
    pub async fn session_token(&self) -> Result<SecretString, SendError> {
        self.sessions.token().await
    }

    async fn attempt(&self, message: &GatewayMessage) -> Result<Response, SendError> {
        let token = self.sessions.token().await?;
        let mut headers = self.endpoint.headers(message.request_id);
        headers.insert(AUTHORIZATION, secret_header(&format!("Bearer {}", token.expose_secret()))?);
        headers.insert("x-hip-id", plain_header(message.facility.as_str())?);
        if let Some(link_token) = &message.link_token {
            headers.insert("x-link-token", secret_header(link_token.expose_secret())?);
        }
        self.endpoint
            .client
            .post(self.endpoint.url_of(message.api, message.path))
            .headers(headers)
            .body(message.body.clone())
            .send()
            .await
            .map_err(|_| SendError::Unavailable { status: None, code: None })
    }
}

#[async_trait]
impl Gateway for HttpGateway {
    async fn send(&self, message: GatewayMessage) -> Result<u16, SendError> {
        let mut response = self.attempt(&message).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            // The session may have ended early. The request was not taken, so its id is still good.
            self.sessions.forget().await;
            response = self.attempt(&message).await?;
        }
        let status = response.status();
        if status.is_success() {
            return Ok(status.as_u16());
        }
        let body = read_bounded(response).await;
        let error = refusal::classify(status, &body, Context::of_path(message.path));
        tracing::warn!(
            request.id = %message.request_id,
            path = message.path,
            status = status.as_u16(),
            code = refusal::code(&body).map(tracing::field::display),
            "the gateway did not take a message"
        );
        Err(error)
    }
}

impl Endpoint {
    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.base_url.trim_end_matches('/'))
    }

    fn url_of(&self, api: ApiVersion, path: &str) -> String {
        match api {
            ApiVersion::V3 => self.url(path),
            ApiVersion::V05 => {
                format!("{}{path}", self.settings.v05_base_url.trim_end_matches('/'))
            }
        }
    }

    /// The headers of every request.
    fn headers(&self, request_id: RequestId) -> HeaderMap {
        let now = self.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        for (name, value) in [
            ("request-id", request_id.to_string()),
            ("timestamp", now),
            ("x-cm-id", self.settings.cm_id.clone()),
        ] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(name, value);
            }
        }
        headers
    }
}

fn plain_header(text: &str) -> Result<HeaderValue, SendError> {
    HeaderValue::from_str(text).map_err(|_| SendError::Refused {
        status: None,
        code: None,
        reason: "a header value has characters that HTTP does not allow".to_owned(),
    })
}

/// Marked so that no layer prints it.
fn secret_header(text: &str) -> Result<HeaderValue, SendError> {
    let mut value = plain_header(text)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The first bytes of an answer.
async fn read_bounded(mut response: Response) -> Vec<u8> {
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        let room = RESPONSE_BYTES_MAX - body.len();
        body.extend_from_slice(&chunk[..chunk.len().min(room)]);
        if body.len() == RESPONSE_BYTES_MAX {
            break;
        }
    }
    body
}
