//! Options of a private PostgreSQL server.

use std::path::PathBuf;

/// Where a server keeps its data, and whether the data survives a power failure.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The directory of this server only. It is created if it is missing.
    ///
    /// It contains the cluster in `pg`, the server's log in `postgres.log`, its socket in `socket` (or in
    /// `/tmp`, if that path is too long), passwords in files that end in `.password`, and the lock of a
    /// start in `start.lock`. If started as root, the cluster belongs to the account that runs the server.
    /// That account must be able to reach this directory, so it cannot be below a closed directory such as
    /// root's home.
    pub data_dir: PathBuf,
    /// Whether commits survive a power failure.
    pub durability: Durability,
}

/// Whether commits survive a power failure.
///
/// Applies when the server starts. A server that is already running keeps its setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A commit is on disk before it is answered.
    Durable,
    /// Nothing is forced to disk. For tests: several times faster, but the data is lost if the machine
    /// crashes.
    ///
    /// A crash of the server alone loses no commit.
    Throwaway,
}

impl Durability {
    /// Settings of `postgres` that differ from its own defaults.
    pub(crate) fn server_settings(self) -> &'static [&'static str] {
        match self {
            Self::Durable => &[],
            Self::Throwaway => &["fsync=off", "synchronous_commit=off", "full_page_writes=off"],
        }
    }

    /// Additional arguments of `initdb`.
    pub(crate) fn initdb_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Durable => &[],
            Self::Throwaway => &["--no-sync"],
        }
    }
}
