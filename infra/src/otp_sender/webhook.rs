//! Text messages through the facility's own provider: one POST each.
//!
//! `{"to": "<10 digits>", "text": "…"}`, with a bearer. Any 2xx means that it will be sent.

use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::OtpSender;
use hip_commands::port::otp_sender::{OtpText, SmsError};
use hip_domain::sensitive::Phi;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::gateway::ClientError;

/// Where messages are posted.
#[derive(Debug, Clone)]
pub struct WebhookSettings {
    /// The address.
    pub url: String,
    /// What we show there.
    pub token: Option<SecretString>,
}

/// Posts messages to a provider.
pub struct WebhookSender {
    client: Client,
    settings: WebhookSettings,
}

/// A patient is waiting.
const TIMEOUT: Duration = Duration::from_secs(10);

impl WebhookSender {
    /// A sender that has not been called yet.
    pub fn new(settings: WebhookSettings) -> Result<Self, ClientError> {
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, settings })
    }
}

#[async_trait]
impl OtpSender for WebhookSender {
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError> {
        let body = json!({ "to": mobile.reveal(), "text": text.0.as_str() });
        let mut request = self
            .client
            .post(&self.settings.url)
            .header(CONTENT_TYPE, "application/json")
            .body(body.to_string());
        if let Some(token) = &self.settings.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.send().await.map_err(|_| SmsError::Away)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let passing = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
        Err(if passing { SmsError::Away } else { SmsError::Refused })
    }
}
