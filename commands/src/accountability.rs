//! Who has seen what, and what was erased.

pub mod access_log;
pub(crate) mod access_log_entry;
pub mod audit;
pub mod caller;
pub mod erasure;
