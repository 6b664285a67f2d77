//! The consent manager's signature of a consent.

use serde::{Deserialize, Serialize};

/// The state of a signature. The network publishes neither the algorithm nor the key, so most signatures can only be
/// stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// There is no signature.
    Unsigned,
    /// There is a signature, but no key to verify it.
    SignedUnverified,
    /// It was verified with the configured key.
    Verified,
}

impl SignatureState {
    /// The name in the log, the read model and responses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::SignedUnverified => "signed-unverified",
            Self::Verified => "verified",
        }
    }
}

/// The signature of a consent, as received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// The state of the signature.
    pub state: SignatureState,
    /// The signature, if there is one: base64 of at most [`Self::LENGTH_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Signature {
    /// Maximum length in characters. A signature of 8192 bits with its header fits.
    pub const LENGTH_MAX: usize = 4_096;
}
