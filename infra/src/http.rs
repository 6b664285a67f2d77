//! HTTP clients: gateway, HIUs, record systems and the sender of text messages.

pub mod gateway;
pub mod hiu;
#[cfg(test)]
pub(crate) mod http_stub;
pub mod otp_sender;
pub(crate) mod retry_after;
pub mod visit_records;
