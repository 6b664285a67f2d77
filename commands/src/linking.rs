//! Links care contexts to ABHA addresses: HIP-initiated, user-initiated with an OTP, or by AMRIT. Also the opt-out.

pub mod amrit;
pub(crate) mod link_refusal;
pub(crate) mod opt_out;
pub(crate) mod otp;
pub(crate) mod otp_limits;
pub mod start;
