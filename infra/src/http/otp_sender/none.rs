//! No sender.

use async_trait::async_trait;
use hip_commands::port::OtpSender;
use hip_commands::port::otp_sender::{OtpText, SmsError};
use hip_domain::sensitive::Phi;

/// Rejects every message.
pub struct NoSender;

#[async_trait]
impl OtpSender for NoSender {
    async fn send(&self, _: &Phi<String>, _: &OtpText) -> Result<(), SmsError> {
        Err(SmsError::Permanent { status: None })
    }
}
