//! The harness of the suite: a database for each test, the real binary, the twin around it.
//!
//! The suite talks to real servers, whose addresses are in `HIP_TEST_PG`, `HIP_TEST_REDIS` and
//! `HIP_TEST_MONGO`; `./run test` starts them and sets these. A test that cannot reach its server
//! fails; it is never skipped, unless `HIP_TEST_BACKENDS=embedded` says to go without the latter two.

pub mod database;
pub mod mariadb;
pub mod person;
pub mod process;
pub mod record_system;
pub mod servers;
pub mod world;

pub use database::TestDatabase;
pub use mariadb::TestMariadb;
pub use world::World;

/// One TLS provider for every client of the process.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
