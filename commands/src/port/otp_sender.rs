//! Sends text messages to patients.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use thiserror::Error;

/// Sends one-time passwords by SMS.
#[async_trait]
pub trait OtpSender: Send + Sync {
    /// Sends a text to an Indian mobile number: ten digits without country code.
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError>;
}

/// The text of a message with an OTP. It is printed as `‹redacted›`: a reader of a log could otherwise link the
/// patient's records.
#[derive(Debug, Clone)]
pub struct OtpText(Phi<String>);

impl OtpText {
    /// Creates a text from the sender's template with the OTP inserted.
    pub const fn new(text: String) -> Self {
        Self(Phi::new(text))
    }

    /// The text, only for the sender.
    pub const fn reveal(&self) -> &String {
        self.0.reveal()
    }
}

/// Why a message was not sent. Contains neither number nor text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmsError {
    /// No connection could be made, so nothing was sent.
    #[error("the SMS service cannot be reached")]
    Unreachable,
    /// The service is unavailable, or its result is unknown: retry.
    #[error("the SMS service cannot be reached or is busy (status {status:?})")]
    Transient {
        /// HTTP status, if there was a response.
        status: Option<u16>,
    },
    /// The service refuses the message permanently.
    #[error("the SMS service refused the message (status {status:?})")]
    Permanent {
        /// HTTP status, if there was a response.
        status: Option<u16>,
    },
}

impl SmsError {
    /// Whether a retry may succeed.
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Unreachable | Self::Transient { .. } => true,
            Self::Permanent { .. } => false,
        }
    }

    /// Whether the message may have been sent anyway, because there was no response.
    pub const fn may_have_sent(self) -> bool {
        match self {
            Self::Transient { status } => status.is_none(),
            Self::Unreachable | Self::Permanent { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::OtpText;

    #[test]
    fn a_text_is_not_printed() {
        let text = OtpText::new("482913 is your password".to_owned());
        assert!(!format!("{text:?}").contains("482913"));
    }
}
