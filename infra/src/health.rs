//! Readiness of the process, and the watchdog that ends it.

pub mod readiness;
pub mod watchdog;
