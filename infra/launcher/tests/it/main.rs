//! The launcher against real servers; without PostgreSQL on the machine these tests fail.

#![expect(clippy::unwrap_used, reason = "a test's helper fails its test")]

mod hip_dev;
mod private_postgres;
mod who_may_log_in;
