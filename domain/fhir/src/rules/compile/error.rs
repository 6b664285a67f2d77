//! Why a guide could not be compiled.

use thiserror::Error;

use super::input::InputError;

/// What the compiler did not understand, and where.
#[derive(Debug, Error)]
pub enum CompileError {
    /// A folder or package could not be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// A file is not the JSON of the resource that it should be.
    #[error("{file} is not a definition that can be read")]
    Json {
        /// Its name in the folder or package.
        file: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A profile without snapshot; the publisher of the guide has to make it.
    #[error(
        "{url} has no snapshot: take the published package, or let the guide's publisher tool make it"
    )]
    NoSnapshot {
        /// Its canonical address.
        url: String,
    },
    /// A type that no input defines.
    #[error("{path} is of type {name}, which no input defines")]
    UnknownType {
        /// The element.
        path: String,
        /// The type.
        name: String,
    },
    /// An invariant of severity error that there is no function for.
    #[error(
        "{path} has the invariant {key}, which this version cannot check: write a function for it in validate/invariant"
    )]
    UnknownInvariant {
        /// The element.
        path: String,
        /// The key of the constraint.
        key: String,
    },
    /// A slice that cannot be told from others by a fixed value or a type.
    #[error("{path} is sliced by {discriminator}, which gives no fixed value to match")]
    Discriminator {
        /// The slice.
        path: String,
        /// Type and path of the discriminator.
        discriminator: String,
    },
    /// Something in the definition that has no table.
    #[error("{path}: {what} is not supported")]
    Unsupported {
        /// The element.
        path: String,
        /// The feature that the compiler does not support.
        what: &'static str,
    },
    /// More of something than the format can number.
    #[error("too many {0}")]
    TooMany(&'static str),
}
