//! The harness of the suite: a database for each test, the real binary, the twin around it.
//!
//! The suite talks to a real PostgreSQL, whose address is in `HIP_TEST_PG`; `./run test` starts one
//! and sets it. A test that cannot reach it fails; it is never skipped.

pub mod database;
pub mod person;
pub mod process;
pub mod world;

pub use database::TestDatabase;
pub use world::World;

/// One TLS provider for every client of the process.
pub fn install_tls() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
