//! The callbacks of the gateway.

pub(crate) mod callback_path;
pub(crate) mod gateway_callbacks;
