//! Text messages on the console, for development: whoever sees the terminal sees the OTP.

use std::io::Write;

use async_trait::async_trait;
use hip_commands::port::OtpSender;
use hip_commands::port::otp_sender::{OtpText, SmsError};
use hip_domain::sensitive::Phi;

/// Writes messages to standard error, without the number. Never for patients.
pub struct ConsoleSender;

#[async_trait]
impl OtpSender for ConsoleSender {
    async fn send(&self, _: &Phi<String>, text: &OtpText) -> Result<(), SmsError> {
        // Not through the log: an OTP must not be kept anywhere.
        writeln!(std::io::stderr(), "[sms] {}", text.0.as_str()).map_err(|_| SmsError::Away)
    }
}
