//! Who signs seals, and who is believed.

use std::collections::HashMap;
use std::fmt;

use p256::ecdsa::signature::{Signer, Verifier};
use p256::ecdsa::{self, Signature};
use p256::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use zeroize::Zeroizing;

/// Names a key: the first 16 hexadecimal digits of the SHA-256 of its public half (SPKI, DER).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyId(String);

impl KeyId {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A name that was written down; whether there is such a key is seen when it is looked for.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why something is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeyError {
    /// Neither the form nor the curve that is asked for.
    #[error("not a P-256 private key in PEM (`BEGIN PRIVATE KEY`)")]
    Private,
    /// Likewise.
    #[error("not a P-256 public key in PEM (`BEGIN PUBLIC KEY`)")]
    Public,
}

/// Signs seals. Printing it shows its name only.
pub struct SigningKey {
    key: ecdsa::SigningKey,
    id: KeyId,
}

impl SigningKey {
    /// Reads PKCS#8 in PEM.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let key = ecdsa::SigningKey::from_pkcs8_pem(pem).map_err(|_| KeyError::Private)?;
        Ok(Self::new(key))
    }

    /// The key that these random bytes are; nothing, once in 2³² times, when they are none.
    pub fn from_random(bytes: &[u8; 32]) -> Option<Self> {
        ecdsa::SigningKey::from_slice(bytes).ok().map(Self::new)
    }

    fn new(key: ecdsa::SigningKey) -> Self {
        let id = key_id(key.verifying_key());
        Self { key, id }
    }

    /// Its name.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// PKCS#8 in PEM: the secret.
    ///
    /// # Panics
    ///
    /// Never: every key can be written.
    pub fn to_pem(&self) -> Zeroizing<String> {
        let pem = self.key.to_pkcs8_pem(LineEnding::LF).expect("a key can be written");
        Zeroizing::new(pem.to_string())
    }

    /// The public half, for auditors: SPKI in PEM.
    ///
    /// # Panics
    ///
    /// Never: every key can be written.
    pub fn public_pem(&self) -> String {
        self.key.verifying_key().to_public_key_pem(LineEnding::LF).expect("a key can be written")
    }

    /// The public half, to check with.
    pub fn public(&self) -> PublicKeys {
        PublicKeys(HashMap::from([(self.id.clone(), PublicKey(*self.key.verifying_key()))]))
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        let signature: Signature = self.key.sign(bytes);
        signature.to_bytes().into()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SigningKey").field(&self.id.0).finish()
    }
}

/// The keys whose signatures are believed: the present one and those before it.
#[derive(Debug, Clone, Default)]
pub struct PublicKeys(HashMap<KeyId, PublicKey>);

#[derive(Debug, Clone)]
pub(crate) struct PublicKey(ecdsa::VerifyingKey);

impl PublicKeys {
    /// Adds a key: SPKI in PEM.
    ///
    /// # Errors
    ///
    /// It is something else.
    pub fn add_pem(&mut self, pem: &str) -> Result<(), KeyError> {
        let key = ecdsa::VerifyingKey::from_public_key_pem(pem).map_err(|_| KeyError::Public)?;
        self.0.insert(key_id(&key), PublicKey(key));
        Ok(())
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, id: &KeyId) -> Option<&PublicKey> {
        self.0.get(id)
    }
}

impl PublicKey {
    pub(crate) fn is_signature_of(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify(bytes, &signature).is_ok())
    }
}

fn key_id(key: &ecdsa::VerifyingKey) -> KeyId {
    let spki = key.to_public_key_der().expect("a key can be written");
    KeyId(hex::encode(&crate::sha256(spki.as_bytes())[..8]))
}
