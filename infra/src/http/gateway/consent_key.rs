//! The consent manager's public key, if an operator has it.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use hip_commands::port::ConsentKey;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use thiserror::Error;

use crate::config::text_file;

/// Why the key cannot be used.
#[derive(Debug, Error)]
pub enum ConsentKeyError {
    /// The file cannot be read.
    #[error("the key of consents cannot be read from {path}")]
    File {
        /// Path of the file.
        path: String,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// The content is invalid.
    #[error("the file of [gateway] consent_key holds no RSA public key in PEM")]
    Pem(#[source] jsonwebtoken::errors::Error),
}

/// An RSA key. The network has not published the algorithm either; it uses RSA with SHA-256
/// elsewhere.
pub struct RsaConsentKey(DecodingKey);

impl RsaConsentKey {
    /// Reads a public key in PEM.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or is not a public key in PEM.
    pub fn read(path: &Path) -> Result<Self, ConsentKeyError> {
        let shown = path.display().to_string();
        let pem = text_file::read(path)
            .map_err(|source| ConsentKeyError::File { path: shown, source })?;
        Self::parse(&pem)
    }

    fn parse(pem: &[u8]) -> Result<Self, ConsentKeyError> {
        DecodingKey::from_rsa_pem(pem).map(Self).map_err(ConsentKeyError::Pem)
    }
}

impl ConsentKey for RsaConsentKey {
    fn verifies(&self, detail: &str, signature: &str) -> bool {
        let text: String = signature.split_whitespace().collect();
        let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE_NO_PAD]
            .into_iter()
            .find_map(|alphabet| alphabet.decode(&text).ok());
        let Some(bytes) = bytes else { return false };
        let signature = URL_SAFE_NO_PAD.encode(bytes);
        crypto::verify(&signature, detail.as_bytes(), &self.0, Algorithm::RS256).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use rsa::RsaPrivateKey;
    use rsa::pkcs1v15::SigningKey;
    use rsa::pkcs8::{EncodePublicKey, LineEnding};
    use rsa::sha2::Sha256;
    use rsa::signature::{SignatureEncoding, Signer};

    use super::*;

    #[test]
    fn only_the_signature_under_the_very_bytes_is_verified() {
        let private = RsaPrivateKey::new(&mut rsa::rand_core::OsRng, 2048).unwrap();
        let pem = private.to_public_key().to_public_key_pem(LineEnding::LF).unwrap();
        let key = RsaConsentKey::parse(pem.as_bytes()).unwrap();
        let detail = r#"{"consentId":"1"}"#;
        let signature = SigningKey::<Sha256>::new(private).sign(detail.as_bytes()).to_vec();
        assert!(key.verifies(detail, &STANDARD.encode(&signature)));
        assert!(key.verifies(detail, &URL_SAFE_NO_PAD.encode(&signature)));
        assert!(!key.verifies(r#"{"consentId":"2"}"#, &STANDARD.encode(&signature)));
        assert!(!key.verifies(detail, "c2ln"));
        assert!(!key.verifies(detail, "?"));
        assert!(RsaConsentKey::parse(b"no key").is_err());
    }
}
