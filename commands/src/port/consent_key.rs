//! The key by which the consent manager signs consents.

/// Verifies signatures of consents.
pub trait ConsentKey: Send + Sync {
    /// Whether `signature` is the consent manager's under `detail`, the bytes of `consentDetail` as they
    /// came.
    fn verifies(&self, detail: &str, signature: &str) -> bool;
}
