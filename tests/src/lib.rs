//! The harness of the suite: a database for each test, the real binary, the simulator around it.
//!
//! The suite talks to real servers, whose addresses are in `HIP_TEST_PG`, `HIP_TEST_REDIS`,
//! `HIP_TEST_MONGO` and `HIP_TEST_MYSQL`; `./run test` starts them and sets these. A test that cannot
//! reach its server fails; it is never skipped, unless `HIP_TEST_BACKENDS=embedded` says to go with
//! Postgres alone.

pub mod an_event;
pub mod browser;
pub mod database;
pub mod earlier_version;
pub mod keys;
pub mod patience;
pub mod person;
pub mod process;
pub mod record_system;
pub mod replays;
pub mod servers;
pub mod world;

pub use database::TestDatabase;
pub use world::World;

/// One TLS provider for every client of the process.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// The size of a test that has two: the whole one with `HIP_TEST_FULL=1`, as in CI, else one for a developer who waits.
pub fn size<T>(whole: T, quick: T) -> T {
    if std::env::var("HIP_TEST_FULL").is_ok_and(|value| value == "1") { whole } else { quick }
}
