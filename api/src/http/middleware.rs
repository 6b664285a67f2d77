//! What surrounds every route: who calls, what is recorded, how it is refused.

pub(crate) mod access_log;
pub(crate) mod caller;
pub(crate) mod idempotency;
pub(crate) mod position;
pub(crate) mod problem;
pub(crate) mod rate;
pub(crate) mod refused;
