//! The way to a patient's telephone.

use async_trait::async_trait;
use hip_domain::sensitive::Phi;
use thiserror::Error;

/// Sends one-time passwords by SMS.
#[async_trait]
pub trait OtpSender: Send + Sync {
    /// Sends a text to an Indian mobile number: ten digits, without country code.
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError>;
}

/// The text of a message with a one-time password. It prints as `‹redacted›`: who reads it in a log
/// could link the patient's records.
#[derive(Debug, Clone)]
pub struct OtpText(Phi<String>);

impl OtpText {
    /// A text; the sender's template, the password in it.
    pub const fn new(text: String) -> Self {
        Self(Phi::new(text))
    }

    /// The text, for the sender.
    pub const fn reveal(&self) -> &String {
        self.0.reveal()
    }
}

/// Why a message was not sent. Names neither number nor text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SmsError {
    /// No connection could be made: nothing was sent.
    #[error("the SMS service cannot be reached")]
    Unreachable,
    /// The service is away or busy, or it is not known whether it took the message: try again.
    #[error("the SMS service cannot be reached or is busy (status {status:?})")]
    Transient {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
    },
    /// The service will not take it, now or later.
    #[error("the SMS service refused the message (status {status:?})")]
    Permanent {
        /// HTTP status, when there was an answer.
        status: Option<u16>,
    },
}

impl SmsError {
    /// Whether trying again may help.
    pub const fn is_transient(self) -> bool {
        match self {
            Self::Unreachable | Self::Transient { .. } => true,
            Self::Permanent { .. } => false,
        }
    }

    /// Whether the message may have been sent all the same: there was no answer that says no.
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
