//! Tests of the launcher with real servers. They fail if PostgreSQL is not installed.

#![expect(clippy::unwrap_used, reason = "a test's helper fails its test")]

mod hip_dev;
mod private_postgres;
mod who_may_log_in;
