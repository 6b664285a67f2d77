//! One-time passwords on standard error, for development: the terminal shows number and
//! password, and nothing is sent.

use async_trait::async_trait;
use hip_commands::port::OtpSender;
use hip_commands::port::otp_sender::{OtpText, SmsError};
use hip_domain::sensitive::Phi;

/// Prints instead of sending.
pub struct ConsoleSender;

#[async_trait]
impl OtpSender for ConsoleSender {
    #[expect(clippy::print_stderr, reason = "that is what this sender is for; it is no log")]
    async fn send(&self, mobile: &Phi<String>, text: &OtpText) -> Result<(), SmsError> {
        eprintln!("SMS to {}: {}", mobile.reveal(), text.reveal());
        Ok(())
    }
}
