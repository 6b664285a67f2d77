//! Care contexts linked to ABHAs: by us, by the patient with an OTP, by AMRIT; and the end of it.

pub mod amrit;
pub(crate) mod link_refusal;
pub(crate) mod opt_out;
pub(crate) mod otp;
pub(crate) mod otp_limits;
pub mod start;
