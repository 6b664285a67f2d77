//! Layers around every route: authentication, access log, problems, throttling.

pub(crate) mod access_log;
pub(crate) mod caller;
pub(crate) mod idempotency;
pub(crate) mod position;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod refused;
