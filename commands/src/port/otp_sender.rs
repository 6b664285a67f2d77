//! Text messages with one-time passwords.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use thiserror::Error;
use zeroize::Zeroizing;

/// Whoever sends text messages.
#[async_trait]
pub trait OtpSender: Send + Sync {
    /// Sends a text to an Indian mobile number of ten digits.
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError>;
}

/// The words of a message, with the OTP in them: wiped from memory when done with, never printed.
pub struct OtpText(pub Zeroizing<String>);

/// Why a message was not sent. Never repeats number or text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmsError {
    /// The sender is away; it may be tried again.
    #[error("the sender of text messages is away")]
    Away,
    /// The sender will not take this message.
    #[error("the sender of text messages refused it")]
    Refused,
}
