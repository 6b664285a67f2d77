//! What several commands share.

pub(super) mod access_log;
pub(super) mod person_args;
pub(super) mod server;
