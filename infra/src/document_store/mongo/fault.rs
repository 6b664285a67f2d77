//! Classification of errors as transient or permanent.

use std::io::Error;

use hip_commands::port::document_store::DocumentError;
use mongodb::error::{ErrorKind, WriteFailure};

/// The collection with this name is not the expected one: it was renamed.
pub(super) const COLLECTION_UUID_MISMATCH: i32 = 361;

/// Transient server codes: network between members, a server that stops or is no
/// longer the primary, a time limit, too many operations.
const TRANSIENT: [i32; 24] = [
    6, 7, 24, 43, 46, 50, 64, 89, 91, 112, 133, 134, 175, 189, 202, 234, 262, 317, 9001, 10107,
    11600, 11602, 13435, 13436,
];

/// Codes that a reader gets if its collection is renamed during the read: the cursor, the plan
/// or the collection is gone.
const RENAMED: [i32; 3] = [43, 175, 26];

/// Keeps only the code of a server error: its text may quote a document.
pub(super) fn fault(error: &mongodb::error::Error) -> DocumentError {
    if let Some(code) = code(error) {
        return refusal(code);
    }
    let transient = |what: &str| DocumentError::Unavailable(what.into());
    let lasting = |what: &str| DocumentError::Refused(what.into());
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of another crate")]
    match &*error.kind {
        ErrorKind::Io(source) => DocumentError::Unavailable(Error::from(source.kind()).into()),
        ErrorKind::ServerSelection { .. } => transient("no MongoDB server that takes writes"),
        ErrorKind::ConnectionPoolCleared { .. } => transient("the connections to MongoDB broke"),
        ErrorKind::DnsResolve { .. } => transient("the MongoDB server's name is not known"),
        ErrorKind::Authentication { .. } => lasting("MongoDB does not know us"),
        _ => lasting("the MongoDB driver gave up"),
    }
}

/// A refusal with a code.
pub(super) fn refusal(code: i32) -> DocumentError {
    let source = format!("MongoDB error {code}").into();
    if TRANSIENT.contains(&code) {
        DocumentError::Unavailable(source)
    } else {
        DocumentError::Refused(source)
    }
}

/// The server's error code, if it answered with one.
pub(super) fn code(error: &mongodb::error::Error) -> Option<i32> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the list of another crate")]
    match &*error.kind {
        ErrorKind::Command(refusal) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteError(refusal)) => Some(refusal.code),
        ErrorKind::Write(WriteFailure::WriteConcernError(refusal)) => Some(refusal.code),
        _ => None,
    }
}

pub(super) fn is_of_a_rename(error: &mongodb::error::Error) -> bool {
    code(error).is_some_and(|code| RENAMED.contains(&code))
}
