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
    #[error("{REACHED_NOBODY}")]
    Unreachable,
    /// The service is unavailable, or its result is unknown: retry.
    #[error("{BUSY} (status {status:?})")]
    Transient {
        /// HTTP status, if there was a response.
        status: Option<u16>,
    },
    /// The service refuses the message permanently.
    #[error("{REFUSED} (status {status:?})")]
    Permanent {
        /// HTTP status, if there was a response.
        status: Option<u16>,
    },
}

const REACHED_NOBODY: &str = "the SMS service cannot be reached";
const BUSY: &str = "the SMS service cannot be reached or is busy";
const REFUSED: &str = "the SMS service refused the message";

impl SmsError {
    /// Reads the text of an error, which the log keeps as the reason. `None` if it is another text.
    pub fn from_text(text: &str) -> Option<Self> {
        if text == REACHED_NOBODY {
            return Some(Self::Unreachable);
        }
        let (what, rest) = text.split_once(" (status ")?;
        let status = match rest.strip_suffix(')')? {
            "None" => None,
            some => Some(some.strip_prefix("Some(")?.strip_suffix(')')?.parse().ok()?),
        };
        match what {
            BUSY => Some(Self::Transient { status }),
            REFUSED => Some(Self::Permanent { status }),
            _ => None,
        }
    }

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
    use super::{OtpText, SmsError};

    #[test]
    fn an_error_is_read_from_its_text() {
        for status in [None, Some(100), Some(503)] {
            for error in [
                SmsError::Unreachable,
                SmsError::Transient { status },
                SmsError::Permanent { status },
            ] {
                assert_eq!(SmsError::from_text(&error.to_string()), Some(error));
            }
        }
        for text in
            ["", "the SMS service is away", "the SMS service refused the message (status 5)"]
        {
            assert_eq!(SmsError::from_text(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_not_printed() {
        let text = OtpText::new("482913 is your password".to_owned());
        assert!(!format!("{text:?}").contains("482913"));
    }
}
