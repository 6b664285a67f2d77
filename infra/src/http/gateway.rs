//! The ABDM gateway over HTTP.

mod bearer;
pub mod bridge;
mod call;
mod certificates;
mod consent_key;
mod endpoint;
mod key_cache;
mod refusal;
mod session;
mod verified_bearers;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use hip_commands::operations::abdm_error::Context;
use hip_commands::port::gateway::{GatewayMessage, SendError};
use hip_commands::port::{Clock, Gateway, Ids};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

pub use bearer::{BearerError, BearerPolicy};
pub use consent_key::{ConsentKeyError, RsaConsentKey};

use bearer::Claims;
use certificates::Certificates;
use endpoint::{Endpoint, plain_header, secret_header};
use key_cache::KeyCache;
use session::Sessions;
use verified_bearers::VerifiedBearers;

/// Connection settings of the gateway.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// Base of all paths, for example `https://dev.abdm.gov.in/api/hiecm`.
    pub base_url: String,
    /// Base of the v0.5 paths, for example `https://dev.abdm.gov.in/gateway`.
    pub v05_base_url: String,
    /// `X-CM-ID`: `sbx` or `abdm`.
    pub cm_id: String,
    /// Client id of the bridge.
    pub client_id: String,
    /// Client secret of the bridge.
    pub client_secret: SecretString,
    /// Requirements for the bearer of callbacks.
    pub bearer: BearerPolicy,
    /// File for the keys that sign callbacks; `None` keeps them in memory only.
    pub key_cache: Option<PathBuf>,
    /// How long those keys are trusted while they cannot be fetched again.
    pub keys_trusted_for: TimeDelta,
}

/// The gateway client.
pub struct HttpGateway {
    endpoint: Arc<Endpoint>,
    sessions: Sessions,
    certificates: Certificates,
    verified_bearers: VerifiedBearers<Claims>,
    policy: BearerPolicy,
}

/// The HTTP client could not be created.
#[derive(Debug, Error)]
#[error("the HTTP client cannot be made")]
pub struct ClientError(#[from] reqwest::Error);

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);

impl HttpGateway {
    /// Creates a client. Does not call the gateway yet.
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
        let cache = settings.key_cache.clone().map(|path| KeyCache::new(path, &settings.base_url));
        let certificates = Certificates::new(Arc::clone(&clock), cache, settings.keys_trusted_for);
        let endpoint = Arc::new(Endpoint { client, settings, clock, ids });
        let sessions = Sessions::new(Arc::clone(&endpoint));
        let verified_bearers = VerifiedBearers::default();
        Ok(Self { endpoint, sessions, certificates, verified_bearers, policy })
    }

    /// The time of the clock that is used for the gateway's sessions.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.endpoint.clock.now()
    }

    /// The session token, for the push to an HIU that requires it.
    pub async fn session_token(&self) -> Result<SecretString, SendError> {
        Ok(self.sessions.current().await?.token)
    }
}

#[async_trait]
impl Gateway for HttpGateway {
    async fn send(&self, message: GatewayMessage) -> Result<u16, SendError> {
        let context = Context::of_path(message.path);
        let request = || {
            let mut headers = self.endpoint.headers(message.request_id);
            headers.insert("x-hip-id", plain_header(message.facility.as_str())?);
            if let Some(link_token) = &message.link_token {
                headers.insert("x-link-token", secret_header(link_token.expose_secret())?);
            }
            let url = self.endpoint.url_of(message.api, message.path);
            Ok(self.endpoint.client.post(url).headers(headers).body(message.body.clone()))
        };
        let reply = self.call(context, request).await?;
        let status = reply.status.as_u16();
        if reply.status.is_success() {
            return Ok(status);
        }
        tracing::warn!(
            request.id = %message.request_id,
            path = message.path,
            status,
            code = refusal::code(&reply.body).map(tracing::field::display),
            "the gateway did not take a message"
        );
        Err(refusal::classify(reply.status, &reply.body, reply.retry_after, context))
    }
}

#[cfg(test)]
mod tests;
