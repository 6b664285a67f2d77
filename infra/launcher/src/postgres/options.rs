//! What a caller decides about its server.

use std::path::PathBuf;

/// What to start, and where.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    /// The directory of this server and of nobody else; made when it is missing.
    ///
    /// Holds the cluster in `pg`, the server's log in `postgres.log`, its socket in `socket` (or in
    /// `/tmp`, when that path is too long), passwords in files that end in `.password`, and the lock of
    /// a start in `start.lock`. As root the cluster belongs to the account that the server runs as, which must
    /// be able to get here: not below a closed directory such as root's home.
    pub data_dir: PathBuf,
    /// Whether the data outlives a power cut.
    pub durability: Durability,
}

/// What a commit is worth.
///
/// Taken when the server starts: one that is already running keeps what it was started with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// A commit is on the disk before it is answered.
    Durable,
    /// Nothing is forced to the disk. For tests: several times faster, worth nothing after a crash
    /// of the machine. A crash of the server alone loses no commit.
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

    /// Further arguments of `initdb`.
    pub(crate) fn initdb_arguments(self) -> &'static [&'static str] {
        match self {
            Self::Durable => &[],
            Self::Throwaway => &["--no-sync"],
        }
    }
}
