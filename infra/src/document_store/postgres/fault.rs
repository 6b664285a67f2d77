//! What goes wrong, by whether it may pass.

use hip_commands::port::document_store::DocumentError;
use sqlx::Error;

/// Classes of errors of the server that may pass: connection, rollback, resources, intervention of an
/// operator, system; and a server that only reads, because another has taken over.
const TRANSIENT: [&str; 7] = ["08", "40", "53", "55", "57", "58", "25006"];

/// Of what the server says only the code is kept: its words may quote a document.
pub(super) fn fault(error: Error) -> DocumentError {
    if let Error::Database(refusal) = &error {
        let code = refusal.code().unwrap_or_default();
        let source = format!("PostgreSQL error {code}").into();
        return if TRANSIENT.iter().any(|class| code.starts_with(class)) {
            DocumentError::Unavailable(source)
        } else {
            DocumentError::Refused(source)
        };
    }
    if matches!(error, Error::Decode(_) | Error::ColumnDecode { .. } | Error::Encode(_)) {
        return DocumentError::Refused("a row of the documents has another form".into());
    }
    DocumentError::Unavailable(Box::new(error))
}
