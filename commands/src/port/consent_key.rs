//! The key with which the consent manager signs consents.

/// Verifies signatures of consents.
pub trait ConsentKey: Send + Sync {
    /// Whether `signature` is the consent manager's signature of `detail`, the received bytes of `consentDetail`.
    fn verifies(&self, detail: &str, signature: &str) -> bool;
}
