//! Private servers: a PostgreSQL of one's own, on a free port, gone or kept as asked; and for tests a
//! Redis and a MongoDB that keep nothing.
//!
//! `hip` uses PostgreSQL as the embedded default when `DATABASE_URL` is not set, and the suite uses
//! all three, one of each for all its tests (the program `hip-dev`). The system's own servers,
//! running or not, are left alone.
//!
//! This crate knows nothing of ours and no driver: std and `rustix` only, so that starting a server
//! costs nothing to build. Its calls block; in an async program run them on a blocking thread.
//!
//! It is for development and single machines. The servers trust whoever reaches them over the
//! loopback interface, so none is started when `HIP_ENV` is `production`.
//!
//! Start reading at [`PrivatePostgres`]; the steps it takes are the modules below it. The others are
//! a page each, on `throwaway`.

mod account;
mod checkout;
mod error;
mod mariadb;
mod mongod;
mod postgres;
mod process;
mod redis;
mod throwaway;

pub use error::LaunchError;
pub use mariadb::ThrowawayMariadb;
pub use mongod::ThrowawayMongod;
pub use postgres::PrivatePostgres;
pub use postgres::data_dir::default_data_dir;
pub use postgres::options::{Durability, Options};
pub use postgres::wire::WireError;
pub use redis::ThrowawayRedis;
