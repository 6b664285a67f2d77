//! Encryption of the personal part of a document with its subject's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hip_domain::id::SubjectId;
use hip_domain::sensitive::Phi;

use crate::postgres::vault::PgVault;
use crate::subscription::ApplyError;

/// Encrypts a text under a name; `None` if the subject was erased.
/// Deterministic, so that generations can be compared.
pub(super) async fn seal(
    vault: &PgVault,
    subject: SubjectId,
    name: &str,
    text: &Phi<String>,
) -> Result<Option<String>, ApplyError> {
    let sealed = vault.seal_document(subject, name, text.reveal().as_bytes()).await?;
    Ok(sealed.map(|sealed| STANDARD.encode(sealed)))
}
