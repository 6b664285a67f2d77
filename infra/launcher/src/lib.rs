//! Private servers for development and tests: PostgreSQL, Redis, MongoDB and MariaDB.
//!
//! `hip` starts a private PostgreSQL if `DATABASE_URL` is not set; its data can be kept. The program
//! `hip-dev` starts one server of each kind for all tests; Redis, MongoDB and MariaDB keep nothing. The
//! system's own servers are not touched, whether they run or not.
//!
//! The private PostgreSQL is for one user of the machine. It listens on a Unix socket in a directory that
//! no other user may enter, and requires a password from a file that no other user may read. For tests it
//! can also listen on the loopback interface. The other servers for tests accept every local user; they
//! contain made-up data only. No server is started if `HIP_ENV` is `production`.
//!
//! This crate depends on no other crate of this project and on no database driver, so it builds fast. Its
//! calls block: in an async program, run them on a blocking thread.
//!
//! Start reading at [`PrivatePostgres`]; the modules below it are the steps of a start. The servers for
//! tests are one short file each, based on `throwaway`. [`ReplicatedPostgres`] is a primary with standbys,
//! for tests of a failover.

mod account;
mod checkout;
mod error;
mod mariadb;
mod mongod;
mod postgres;
mod process;
mod redis;
mod replicated;
mod throwaway;

pub use error::LaunchError;
pub use mariadb::ThrowawayMariadb;
pub use mongod::ThrowawayMongod;
pub use postgres::PrivatePostgres;
pub use postgres::data_dir::default_data_dir;
pub use postgres::options::{Durability, PostgresOptions};
pub use postgres::wire_error::WireError;
pub use process::free_port;
pub use redis::ThrowawayRedis;
pub use replicated::{Follow, ReplicatedPostgres};
