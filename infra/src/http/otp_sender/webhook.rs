//! One-time passwords through a service of the operator: `POST {"to":"<10 digits>","text":"…"}`.

use std::time::Duration;

use async_trait::async_trait;
use hip_commands::patients::lookup;
use hip_commands::port::OtpSender;
use hip_commands::port::otp_sender::{OtpText, SmsError};
use hip_domain::sensitive::Phi;
use reqwest::Client;
use reqwest::header::CONTENT_TYPE;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use url::{Host, Url};

use super::SenderError;

/// Time limit: the patient is waiting for the message.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Posts to a service. Any 2xx means that it accepted the message; the body is not read.
pub struct WebhookSender {
    client: Client,
    url: Url,
    token: Option<SecretString>,
}

impl WebhookSender {
    /// Creates a sender for this URL, with this bearer if the service needs one.
    pub fn new(url: &str, token: Option<SecretString>) -> Result<Self, SenderError> {
        let url = Url::parse(url).map_err(|_| SenderError::Url)?;
        if url.scheme() != "https" && !(url.scheme() == "http" && leads_home(&url)) {
            return Err(SenderError::Url);
        }
        let client = Client::builder()
            .timeout(TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            .build()?;
        Ok(Self { client, url, token })
    }
}

fn leads_home(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[async_trait]
impl OtpSender for WebhookSender {
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError> {
        let to = lookup::mobile(mobile.reveal()).ok_or(SmsError::Permanent { status: None })?;
        let body = json!({ "to": to, "text": text.reveal() }).to_string();
        let mut request =
            self.client.post(self.url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token.expose_secret());
        }
        let response = request.send().await.map_err(|error| {
            if error.is_connect() {
                SmsError::Unreachable
            } else {
                SmsError::Transient { status: None }
            }
        })?;
        let status = response.status();
        let told = Some(status.as_u16());
        if status.is_success() {
            Ok(())
        } else if status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 408 | 429) {
            // An operator can correct a wrong token, and the message is still valid then.
            Err(SmsError::Transient { status: told })
        } else {
            Err(SmsError::Permanent { status: told })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::http_stub::Stub;

    fn sender(stub: &Stub) -> WebhookSender {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let token = SecretString::from("made-up");
        WebhookSender::new(&format!("{}/send", stub.url), Some(token)).unwrap()
    }

    async fn send(sender: &WebhookSender, mobile: &str) -> Result<(), SmsError> {
        let text = OtpText::new("482913".to_owned());
        sender.send(&Phi::new(mobile.to_owned()), &text).await
    }

    #[tokio::test]
    async fn a_message_is_posted_to_ten_digits_with_the_bearer() {
        let stub = Stub::start(|_, _| (202, String::new())).await;
        send(&sender(&stub), "+91-9800000101").await.unwrap();
        let asked = stub.last();
        assert_eq!(asked.what, "POST /send");
        assert_eq!(asked.bearer, "made-up");
        assert_eq!(asked.body, r#"{"text":"482913","to":"9800000101"}"#);
    }

    #[tokio::test]
    async fn transient_errors_differ_from_final_ones() {
        for (status, is_transient) in
            [(500, true), (503, true), (429, true), (401, true), (400, false), (302, false)]
        {
            let stub = Stub::start(move |_, _| (status, String::new())).await;
            let error = send(&sender(&stub), "9800000101").await.unwrap_err();
            assert_eq!(error.is_transient(), is_transient, "{status}");
        }
        let stub = Stub::start(|_, _| (200, String::new())).await;
        let nobody = send(&sender(&stub), "12345").await.unwrap_err();
        assert!(!nobody.is_transient());
        stub.stop();
        let away = send(&sender(&stub), "9800000101").await.unwrap_err();
        assert!(away.is_transient() && !away.may_have_sent());
    }

    #[tokio::test]
    async fn without_an_answer_a_message_may_have_been_sent() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/send", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                drop(connection);
            }
        });
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sender = WebhookSender::new(&url, None).unwrap();
        let broken_off = send(&sender, "9800000101").await.unwrap_err();
        assert!(broken_off.is_transient() && broken_off.may_have_sent());
        assert!(!SmsError::Transient { status: Some(503) }.may_have_sent());
    }
}
