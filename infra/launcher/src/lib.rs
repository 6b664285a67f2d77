//! Private database servers: a PostgreSQL of one's own, on a free port, gone or kept as asked.
//!
//! `hip` uses it as the embedded default when `DATABASE_URL` is not set, and the suite for the
//! server that all its tests share (the program `hip-dev`). The system's own cluster on port 5432,
//! running or not, is left alone.
//!
//! This crate knows nothing of ours and no driver: std and `rustix` only, so that starting a server
//! costs nothing to build. Its calls block; in an async program run them on a blocking thread.
//!
//! It is for development and single machines. The server trusts whoever reaches it over the
//! loopback interface, so [`PrivatePostgres::start`] refuses when `HIP_ENV` is `production`.
//!
//! Start reading at [`PrivatePostgres`]; the steps it takes are the modules below it.

mod postgres;

pub use postgres::PrivatePostgres;
pub use postgres::data_dir::default_data_dir;
pub use postgres::error::LaunchError;
pub use postgres::options::{Durability, Options};
pub use postgres::wire::WireError;
