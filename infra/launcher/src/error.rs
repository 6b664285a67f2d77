//! Why no server could be had.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::postgres::wire_error::WireError;

/// Why no server could be had, with what to do about it where something can be done.
#[derive(Debug)]
pub enum LaunchError {
    /// `HIP_ENV` is `production`: a server that nobody looks after has no place there.
    Production,
    /// No PostgreSQL server on this machine.
    NotInstalled,
    /// `PG_BIN` names a directory without `initdb` and `postgres`.
    WrongPgBin(PathBuf),
    /// A program that only the tests need is not on this machine.
    Missing {
        /// Which program.
        program: &'static str,
        /// How it is had.
        cure: &'static str,
    },
    /// Neither `XDG_DATA_HOME` nor `HOME` says where a user's data goes.
    NoHome,
    /// Started as root, and there is neither an account `postgres` nor `nobody` to run the server.
    NoAccount,
    /// The directory, or one that it lies in, is somebody else's or open for everybody to change.
    NotOurs(PathBuf),
    /// The account that runs the server may not enter this directory on the way to its data.
    Unreachable {
        /// The directory that is closed.
        directory: PathBuf,
        /// Who may not enter it.
        account: String,
    },
    /// The cluster was made by another major version of PostgreSQL than the one at hand.
    OtherVersion {
        /// The cluster's directory.
        cluster: PathBuf,
        /// The version that made it, such as `15`.
        made_by: String,
        /// The version at hand.
        installed: String,
    },
    /// A server that an earlier version has started is at work on the cluster. It lets in every local
    /// user, and somebody is connected to it.
    OpenServer {
        /// The cluster's directory.
        cluster: PathBuf,
        /// The number of the server's process.
        pid: i32,
    },
    /// The server, or `initdb`, ended when it should not have.
    Ended {
        /// Which program.
        program: &'static str,
        /// What it wrote last.
        said: String,
        /// Where the rest of its words are.
        log: PathBuf,
    },
    /// The server runs but does not answer.
    NotReady {
        /// How long it was given.
        waited: Duration,
        /// Its log.
        log: PathBuf,
    },
    /// A name that is no plain name of a database or a user: `[a-z_][a-z0-9_]*`, at most 63 bytes.
    Name(String),
    /// The server refused to create a database.
    Database(WireError),
    /// The server refused to create a user.
    Login(WireError),
    /// There is no such user.
    NoLogin(String),
    /// The operating system refused.
    Io {
        /// What was tried, such as `create`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// Its answer.
        source: io::Error,
    },
}

impl LaunchError {
    /// Names what was tried and on what, for `map_err`.
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
