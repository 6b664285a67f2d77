//! The consent manager's signature under a consent.

use serde::{Deserialize, Serialize};

/// What is known of a signature. Neither its algorithm nor its key is published, so most can only be
/// kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// There is none.
    Unsigned,
    /// There is one, and no key to verify it by.
    SignedUnverified,
    /// It was verified by the configured key.
    Verified,
}

impl SignatureState {
    /// As the log, the read model and answers write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::SignedUnverified => "signed-unverified",
            Self::Verified => "verified",
        }
    }
}

/// The signature of a consent, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// What is known of it.
    pub state: SignatureState,
    /// The text, when there is one: base64 of at most [`Self::LENGTH_MAX`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl Signature {
    /// A signature of 8192 bits, and its header, fit.
    pub const LENGTH_MAX: usize = 4_096;
}
