//! What goes wrong, by whether it may pass.

use std::io::Error;

use hip_commands::port::document_store::DocumentError;
use mongodb::error::{ErrorKind, WriteFailure};

/// The collection with this name is not the one that was meant: it has been renamed.
pub(super) const COLLECTION_UUID_MISMATCH: i32 = 361;

/// Codes of the server that may pass: a network between its members, a server that stops or is no
/// longer the primary, a time limit, too many at once.
const TRANSIENT: [i32; 24] = [
    6, 7, 24, 43, 46, 50, 64, 89, 91, 112, 133, 134, 175, 189, 202, 234, 262, 317, 9001, 10107,
    11600, 11602, 13435, 13436,
];

/// Codes that a reader gets when its collection takes another name under it: the cursor or the plan is
/// gone, or the collection.
const RENAMED: [i32; 3] = [43, 175, 26];

/// Of what the server says only the code is kept: its words may quote a document.
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

/// The code of the server, when it has answered with one.
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
