//! Text messages that the simulator received for patients.

use chrono::{DateTime, Utc};

/// Number of digits of an OTP.
const OTP_LENGTH: usize = 6;

/// One text message to a mobile number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// When the simulator received it.
    pub at: DateTime<Utc>,
    /// The text, including the OTP.
    pub text: String,
}

impl Text {
    /// The last number of exactly six digits in the text; `None` if there is none.
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
