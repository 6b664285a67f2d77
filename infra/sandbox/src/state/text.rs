//! Text messages that lie on telephones.

use chrono::{DateTime, Utc};

/// How many digits an OTP has.
const OTP_LENGTH: usize = 6;

/// One text message, as it lies on the telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// When it arrived.
    pub at: DateTime<Utc>,
    /// What it says, OTP included.
    pub text: String,
}

impl Text {
    /// The last number of exactly six digits in it.
    pub fn otp(&self) -> Option<&str> {
        self.text.split(|c: char| !c.is_ascii_digit()).rfind(|digits| digits.len() == OTP_LENGTH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn otp(text: &str) -> Option<String> {
        let text = Text { at: DateTime::UNIX_EPOCH, text: text.to_owned() };
        text.otp().map(str::to_owned)
    }

    #[test]
    fn the_otp_is_the_last_number_of_six_digits() {
        assert_eq!(otp("482913 is your OTP. Valid 10 min."), Some("482913".to_owned()));
        assert_eq!(otp("Ref 111111: OTP 482913."), Some("482913".to_owned()));
        assert_eq!(otp("Call 9800000101 or 1800"), None);
    }
}
