//! Private servers: a PostgreSQL of one's own, gone or kept as asked; and for tests a Redis, a MongoDB and
//! a MariaDB that keep nothing.
//!
//! `hip` uses PostgreSQL as the embedded default when `DATABASE_URL` is not set, and the suite uses
//! all of them, one of each for all its tests (the program `hip-dev`). The system's own servers,
//! running or not, are left alone.
//!
//! The private PostgreSQL is for one user of the machine. It listens on a Unix socket in a directory that
//! nobody else may enter, and wants a password that lies in a file that nobody else may read; for tests it
//! listens on the loopback interface, too. The other servers for tests let in every local user; they hold
//! made-up data only. None of them is started when `HIP_ENV` is `production`.
//!
//! This crate knows nothing of ours and no driver, so that starting a server costs little to build. Its
//! calls block; in an async program run them on a blocking thread.
//!
//! Start reading at [`PrivatePostgres`]; the steps it takes are the modules below it. The others are
//! a page each, on `throwaway`. [`ReplicatedPostgres`] is a primary with standbys, for tests of a failover.

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
pub use redis::ThrowawayRedis;
pub use replicated::{Follow, ReplicatedPostgres};
