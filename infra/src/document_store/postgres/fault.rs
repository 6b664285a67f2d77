//! Classification of errors as transient or permanent.

use hip_commands::port::document_store::DocumentError;
use sqlx::Error;

/// Transient SQLSTATEs, by class or code: connection, rollback, resources, operator
/// intervention, system; and transaction states: idle or too long, as on a busy machine,
/// or read-only because another server took over.
const TRANSIENT: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];

/// Keeps only the code of a server error: its text may quote a document.
pub(super) fn fault(error: Error) -> DocumentError {
    if let Error::Database(refusal) = &error {
        let code = refusal.code().unwrap_or_default();
        let source = format!("PostgreSQL error {code}").into();
        return if may_pass(&code) {
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

fn may_pass(code: &str) -> bool {
    TRANSIENT.iter().any(|class| code.starts_with(class))
}

#[cfg(test)]
mod tests {
    use super::may_pass;

    #[test]
    fn errors_of_a_busy_or_restarted_server_are_transient() {
        for code in ["08006", "40001", "40P01", "53300", "55P03", "57014", "57P01", "58030"] {
            assert!(may_pass(code), "{code}");
        }
        for code in ["25006", "25P02", "25P03", "25P04"] {
            assert!(may_pass(code), "{code}");
        }
        for code in ["22P05", "23505", "28P01", "42501", "42P01", "54000", ""] {
            assert!(!may_pass(code), "{code}");
        }
    }
}
