//! Whether the process can work, and what ends it when it cannot.

pub mod readiness;
pub mod watchdog;
