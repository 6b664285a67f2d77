//! The key that wraps all others. It comes from outside the database.

use std::path::Path;

use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hip_commands::port::vault::VaultError;
use hkdf::Hkdf;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use thiserror::Error;
use zeroize::Zeroizing;

use super::envelope::SubjectKey;
use crate::config::{secret_file, text_file};

/// Wraps and unwraps keys. A key management service or a transit engine can implement it.
#[async_trait]
pub trait KeyWrapper: Send + Sync {
    /// Id of the key-encryption key; stored with each wrapped key.
    fn kek_id(&self) -> &str;

    /// Whether keys wrapped by this key-encryption key can be unwrapped.
    fn has(&self, kek_id: &str) -> bool {
        self.kek_id() == kek_id
    }

    /// The ids of all key-encryption keys that can unwrap.
    fn kek_ids(&self) -> Vec<String> {
        vec![self.kek_id().to_owned()]
    }

    /// Wraps `key`, bound to `name`.
    async fn wrap(&self, name: &[u8], key: &SubjectKey) -> Result<Vec<u8>, VaultError>;

    /// Unwraps a key that was wrapped for this name.
    async fn unwrap(
        &self,
        name: &[u8],
        wrapped: &[u8],
        kek_id: &str,
    ) -> Result<SubjectKey, VaultError>;
}

/// A key-encryption key in this process: AES-256-GCM, nonce first, bound to the name.
pub struct LocalKey {
    key: SubjectKey,
    id: String,
}

/// Why there is no key-encryption key.
#[derive(Debug, Error)]
pub enum LocalKeyError {
    /// The key has a wrong format.
    #[error("a key-encryption key is 32 bytes in base64")]
    Form,
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used")]
    File {
        /// Path of the file.
        path: String,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
}

impl LocalKey {
    /// Parses a key: 32 bytes in base64.
    pub fn parse(text: &SecretString) -> Result<Self, LocalKeyError> {
        let bytes =
            STANDARD.decode(text.expose_secret().trim()).map_err(|_| LocalKeyError::Form)?;
        let bytes = Zeroizing::new(bytes);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| LocalKeyError::Form)?;
        Ok(Self::from_bytes(bytes))
    }

    /// Reads the key from a file.
    pub fn read(path: &Path) -> Result<Self, LocalKeyError> {
        let text = text_file::read_to_string(path).map_err(|source| file_error(path, source))?;
        Self::parse(&SecretString::from(text))
    }

    /// Reads the key from a file, or creates key and file. Without this file the log cannot be decrypted. For a
    /// vault that may have keys use [`super::kek::open`], which creates none.
    ///
    /// Returns the key and whether it is new.
    pub fn read_or_create(path: &Path) -> Result<(Self, bool), LocalKeyError> {
        let make = || Zeroizing::new(STANDARD.encode(SubjectKey::random().as_bytes()));
        let (text, new) =
            secret_file::read_or_create(path, make).map_err(|source| file_error(path, source))?;
        Ok((Self::parse(&SecretString::from(text.as_str()))?, new))
    }

    /// Derives a key for another purpose, which reveals nothing about this one.
    pub(super) fn derive(&self, label: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut derived = Zeroizing::new([0; 32]);
        Hkdf::<Sha256>::new(None, self.key.as_bytes())
            .expand(label, derived.as_mut_slice())
            .expect("HKDF gives 32 bytes");
        derived
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        let fingerprint = Sha256::new_with_prefix(b"hip/kek/1").chain_update(bytes).finalize();
        Self {
            key: SubjectKey::from_bytes(bytes),
            id: format!("local-{}", hex::encode(&fingerprint[..6])),
        }
    }
}

fn file_error(path: &Path, source: std::io::Error) -> LocalKeyError {
    LocalKeyError::File { path: path.display().to_string(), source }
}

#[async_trait]
impl KeyWrapper for LocalKey {
    fn kek_id(&self) -> &str {
        &self.id
    }

    async fn wrap(&self, name: &[u8], key: &SubjectKey) -> Result<Vec<u8>, VaultError> {
        let (nonce, sealed) = self.key.seal_bytes(name, key.as_bytes());
        Ok([nonce.as_slice(), &sealed].concat())
    }

    async fn unwrap(
        &self,
        name: &[u8],
        wrapped: &[u8],
        kek_id: &str,
    ) -> Result<SubjectKey, VaultError> {
        if kek_id != self.id {
            return Err(VaultError::OtherKek(kek_id.to_owned()));
        }
        let unusable = || VaultError::OtherKek(kek_id.to_owned());
        let (nonce, sealed) = wrapped.split_first_chunk::<12>().ok_or_else(unusable)?;
        let plain = self.key.open_bytes(name, nonce, sealed).ok_or_else(unusable)?;
        let bytes: [u8; 32] = plain.as_slice().try_into().map_err(|_| unusable())?;
        Ok(SubjectKey::from_bytes(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wrapped_key_unwraps_in_its_own_place_and_under_its_own_kek() {
        let dir = tempfile::tempdir().unwrap();
        let (kek, new) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
        assert!(new);
        let key = SubjectKey::random();
        let wrapped = kek.wrap(b"one", &key).await.unwrap();
        let unwrapped = kek.unwrap(b"one", &wrapped, kek.kek_id()).await.unwrap();
        assert_eq!(unwrapped.as_bytes(), key.as_bytes());
        assert!(kek.unwrap(b"two", &wrapped, kek.kek_id()).await.is_err());

        let (again, new) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
        assert!(!new);
        assert_eq!(again.kek_id(), kek.kek_id());
        let (other, _) = LocalKey::read_or_create(&dir.path().join("other")).unwrap();
        assert!(other.unwrap(b"one", &wrapped, kek.kek_id()).await.is_err());
    }

    #[test]
    fn a_key_of_another_length_is_refused() {
        assert!(LocalKey::parse(&SecretString::from("c2hvcnQ=")).is_err());
    }
}
