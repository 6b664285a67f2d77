//! Access log, audit reports and erasure.

pub mod access_log;
pub(crate) mod access_log_entry;
pub mod audit;
pub mod caller;
pub mod erasure;
