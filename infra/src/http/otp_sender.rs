//! Senders of one-time passwords.

mod console;
mod none;
mod webhook;

use std::sync::Arc;

use hip_commands::port::OtpSender;
use secrecy::SecretString;
use serde::Deserialize;
use thiserror::Error;

use crate::config::environment;

pub use console::ConsoleSender;
pub use none::NoSender;
pub use webhook::WebhookSender;

/// `[sms]`
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SmsSection {
    /// The sender to use.
    pub sender: SenderKind,
    /// URL of the webhook: https, or http to this machine.
    pub url: Option<String>,
    /// Permits the console as sender, for development.
    pub allow_console: bool,
}

impl SmsSection {
    /// Checks whether this sender may be used here.
    ///
    /// # Errors
    ///
    /// It is the console, and `allow_console` is not set or the environment is production.
    pub const fn check(&self, is_production: bool) -> Result<(), SenderError> {
        match self.sender {
            SenderKind::Console if is_production => Err(SenderError::ConsoleInProduction),
            SenderKind::Console if !self.allow_console => Err(SenderError::Console),
            SenderKind::Console | SenderKind::Webhook => Ok(()),
        }
    }
}

/// The available senders.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SenderKind {
    /// Standard error: for development, and only with `allow_console`.
    #[default]
    Console,
    /// A service behind a URL.
    Webhook,
}

/// Why no sender could be created.
#[derive(Debug, Error)]
pub enum SenderError {
    /// The console would put passwords of patients into the log. The service continues without a sender.
    #[error(
        "no one-time password is sent: in section [sms] set sender = \"webhook\" and url; for development, \
         sender = \"console\" with allow_console = true writes them to standard error"
    )]
    Console,
    /// The console in production.
    #[error(
        "section [sms] has the sender \"console\", which is refused when HIP_ENV is \"production\"; set \
         sender = \"webhook\" and url"
    )]
    ConsoleInProduction,
    /// The webhook has no URL.
    #[error("section [sms] has sender = \"webhook\" and no url")]
    NoUrl,
    /// The URL is invalid, or not encrypted.
    #[error("the url of section [sms] is not https, nor http to this machine")]
    Url,
    /// The HTTP client could not be created.
    #[error("the HTTP client cannot be made")]
    Client(#[from] reqwest::Error),
}

/// Creates the configured sender. `token` is `HIP_SMS_TOKEN`, the webhook's bearer, if it needs one.
pub fn from_config(
    section: &SmsSection,
    token: Option<SecretString>,
) -> Result<Arc<dyn OtpSender>, SenderError> {
    match section.check(environment::is_production()) {
        Err(error @ SenderError::Console) => {
            tracing::error!("{error}; until then patients cannot link records in their app");
            return Ok(Arc::new(NoSender));
        }
        checked => checked?,
    }
    match section.sender {
        SenderKind::Console => Ok(Arc::new(ConsoleSender)),
        SenderKind::Webhook => {
            let url = section.url.as_deref().ok_or(SenderError::NoUrl)?;
            Ok(Arc::new(WebhookSender::new(url, token)?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_needs_an_address_that_nobody_overhears() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let sender = |url: Option<&str>| {
            let url = url.map(str::to_owned);
            let section = SmsSection { sender: SenderKind::Webhook, url, allow_console: false };
            from_config(&section, None).map(|_| ())
        };
        assert!(matches!(sender(None), Err(SenderError::NoUrl)));
        for url in ["http://sms.example.in/send", "sms.example.in", "file:///tmp/x", "https://"] {
            assert!(matches!(sender(Some(url)), Err(SenderError::Url)), "{url}");
        }
        for url in ["https://sms.example.in/send", "http://127.0.0.1:9/", "http://localhost/x"] {
            assert!(sender(Some(url)).is_ok(), "{url}");
        }
    }

    #[test]
    fn the_console_is_a_sender_only_where_development_says_so() {
        let section = |text: &str| toml::from_str::<SmsSection>(text).unwrap();
        for text in ["", "sender = \"console\"", "allow_console = false"] {
            let refused = section(text).check(false);
            assert!(matches!(refused, Err(SenderError::Console)), "{text}");
        }
        let allowed = section("allow_console = true");
        allowed.check(false).unwrap();
        assert!(matches!(allowed.check(true), Err(SenderError::ConsoleInProduction)));
        let webhook = section("sender = \"webhook\"\nurl = \"https://sms.example.in/send\"");
        webhook.check(true).unwrap();
    }
}
