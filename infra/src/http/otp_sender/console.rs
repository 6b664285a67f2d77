//! One-time passwords on standard error, for development: whoever sees the terminal sees number and
//! password, and nothing reaches a telephone.

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
