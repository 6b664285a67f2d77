//! Errors of the launcher.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::postgres::wire_error::WireError;

/// Why a server could not be started or used.
///
/// The message says what to do about it, if the user can act.
#[derive(Debug)]
pub enum LaunchError {
    /// `HIP_ENV` is `production`, where no private server is started.
    Production,
    /// No PostgreSQL server was found on this machine.
    NotInstalled,
    /// `PG_BIN` names a directory without `initdb` and `postgres`.
    WrongPgBin(PathBuf),
    /// A program that only the tests need was not found on this machine.
    Missing {
        /// Name of the program, such as `mongod`.
        program: &'static str,
        /// How to install it, or how to name a running server instead.
        cure: &'static str,
    },
    /// Neither `XDG_DATA_HOME` nor `HOME` is set, so there is no place for a user's data.
    NoHome,
    /// Started as root, and there is neither an account `postgres` nor `nobody` to run the server.
    NoAccount,
    /// The directory is not safe: it is a link, another user owns it or one above it, or its mode gives
    /// other users too much access.
    NotOurs(PathBuf),
    /// The account that runs the server may not enter a directory on the path to its data.
    Unreachable {
        /// The directory that it may not enter.
        directory: PathBuf,
        /// Name of the account.
        account: String,
    },
    /// The cluster was made by another major version of PostgreSQL than the one found.
    OtherVersion {
        /// The cluster's directory.
        cluster: PathBuf,
        /// Major version that made it, such as `15`.
        made_by: String,
        /// Major version of the server found on this machine.
        installed: String,
    },
    /// A server that an earlier version of this crate started is in use on the cluster.
    ///
    /// It accepts every local user. It is not stopped while a client is connected.
    OpenServer {
        /// The cluster's directory.
        cluster: PathBuf,
        /// Process id of the server.
        pid: i32,
    },
    /// The server ended unexpectedly, or one of its programs, such as `initdb`, failed.
    Ended {
        /// Name of the program.
        program: &'static str,
        /// The last lines of its log, at most three, joined to one. For a server for tests, the exit status
        /// comes first.
        said: String,
        /// Path of the log.
        log: PathBuf,
    },
    /// The server runs, but did not answer in time.
    NotReady {
        /// The time limit that has passed.
        waited: Duration,
        /// Path of the server's log.
        log: PathBuf,
    },
    /// The name of a database or a user does not match `[a-z_][a-z0-9_]*`, or has more than 63 bytes.
    Name(String),
    /// The server refused to create a database, or the connection failed.
    Database(WireError),
    /// The server refused to create a user, or the connection failed.
    Login(WireError),
    /// No user of this name was made with `create_login`.
    NoLogin(String),
    /// A call to the operating system failed.
    Io {
        /// What was tried, as a verb such as `create`.
        action: &'static str,
        /// The file, directory or program that it was tried on.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
}

impl LaunchError {
    /// Returns a function for `map_err` that builds [`LaunchError::Io`].
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io { action, path: path.to_owned(), source }
    }
}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Production => f.write_str(
                "HIP_ENV is production: no embedded server is started there; set DATABASE_URL",
            ),
            Self::NotInstalled => f.write_str(
                "no PostgreSQL server found: install the Debian package `postgresql`, \
                 or set PG_BIN to the directory of initdb, or DATABASE_URL to a running server",
            ),
            Self::WrongPgBin(path) => {
                write!(f, "PG_BIN: no initdb and postgres in {}", path.display())
            }
            Self::Missing { program, cure } => write!(f, "no {program} found: {cure}"),
            Self::NoHome => f.write_str("neither XDG_DATA_HOME nor HOME is set"),
            Self::NoAccount => f.write_str(
                "root may not run PostgreSQL, and there is no account postgres or nobody",
            ),
            Self::NotOurs(path) => {
                write!(f, "{} is, or could be, another user's: choose another one", path.display())
            }
            Self::Unreachable { directory, account } => write!(
                f,
                "account {account}, which runs the server, may not enter {}: choose another directory",
                directory.display()
            ),
            Self::OtherVersion { cluster, made_by, installed } => write!(
                f,
                "{} was made by PostgreSQL {made_by}, here is {installed}: \
                 set PG_BIN to the older version or move the directory away",
                cluster.display()
            ),
            Self::Ended { program, said, log } => {
                write!(f, "{program} ended: {said} (see {})", log.display())
            }
            Self::NotReady { waited, log } => write!(
                f,
                "the server did not answer within {} s (see {})",
                waited.as_secs(),
                log.display()
            ),
            Self::OpenServer { cluster, pid } => write!(
                f,
                "process {pid} is a server of an earlier version on {}, lets in every local user, and is in \
                 use: stop the program that uses it, then start again",
                cluster.display()
            ),
            Self::Name(name) => write!(f, "{name:?} is no plain name"),
            Self::Database(_) => f.write_str("the server did not create the database"),
            Self::NoLogin(name) => write!(f, "the server has no user {name}"),
            Self::Login(_) => f.write_str("the server did not create the user"),
            Self::Io { action, path, .. } => write!(f, "cannot {action} {}", path.display()),
        }
    }
}

impl Error for LaunchError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Database(source) | Self::Login(source) => Some(source),
            Self::Io { source, .. } => Some(source),
            Self::Production
            | Self::NotInstalled
            | Self::WrongPgBin(_)
            | Self::Missing { .. }
            | Self::NoHome
            | Self::NoAccount
            | Self::NotOurs(_)
            | Self::Unreachable { .. }
            | Self::OtherVersion { .. }
            | Self::Ended { .. }
            | Self::NotReady { .. }
            | Self::OpenServer { .. }
            | Self::NoLogin(_)
            | Self::Name(_) => None,
        }
    }
}
