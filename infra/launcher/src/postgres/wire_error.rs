//! Errors of a connection to a PostgreSQL server.

use std::error::Error;
use std::fmt;
use std::io;

/// Why a login or a statement failed.
#[derive(Debug)]
pub enum WireError {
    /// The server could not be reached, or it closed the connection.
    Io(io::Error),
    /// The server refused the login or the statement.
    Refused {
        /// Five-character error code of PostgreSQL, such as `42P04`.
        sqlstate: String,
        /// Error message of the server.
        message: String,
    },
    /// The answer does not follow the protocol, or asks for another kind of login. It may be another
    /// program.
    NotUnderstood,
}

impl fmt::Display for WireError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("the server cannot be reached"),
            Self::Refused { sqlstate, message } => write!(f, "{message} ({sqlstate})"),
            Self::NotUnderstood => f.write_str("this is not the answer of a PostgreSQL server"),
        }
    }
}

impl Error for WireError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Io(source) => Some(source),
            Self::Refused { .. } | Self::NotUnderstood => None,
        }
    }
}

impl From<io::Error> for WireError {
    fn from(source: io::Error) -> Self {
        Self::Io(source)
    }
}
