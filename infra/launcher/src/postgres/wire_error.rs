//! What can go wrong on a connection to a server.

use std::error::Error;
use std::fmt;
use std::io;

/// Why a server did not do what it was asked.
#[derive(Debug)]
pub enum WireError {
    /// It could not be reached, or hung up.
    Io(io::Error),
    /// It refused.
    Refused {
        /// The five characters of its error code, such as `42P04`.
        sqlstate: String,
        /// Its own words.
        message: String,
    },
    /// It did not answer as PostgreSQL does; it may be another program.
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
