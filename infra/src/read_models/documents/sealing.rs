//! What is personal in a document: a text under its data principal's key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hip_domain::id::SubjectId;
use hip_domain::sensitive::Phi;

use crate::postgres::vault::PgVault;
use crate::subscription::ApplyError;

/// Seals a text under a name that it is opened by again; nothing, when the data principal was erased.
/// The same text is sealed alike, so that generations can be compared.
pub(super) async fn seal(
    vault: &PgVault,
    subject: SubjectId,
    name: &str,
    text: &Phi<String>,
) -> Result<Option<String>, ApplyError> {
    let sealed = vault.seal_document(subject, name, text.reveal().as_bytes()).await?;
    Ok(sealed.map(|sealed| STANDARD.encode(sealed)))
}
