//! Decryption of an entry (encryption specification section 1).

use aes_gcm::{Aes256Gcm, KeyInit, aead::Aead};
use base64::{Engine, engine::general_purpose::STANDARD};
use hkdf::Hkdf;
use num_bigint::BigUint;
use sha2::Sha256;

use super::field;
use super::key_form::PublicKey;
use super::montgomery;

/// A private key of the HIU, in the key format of its request.
#[derive(Clone)]
pub(crate) enum PrivateKey {
    /// A scalar in 1..n-1, not clamped.
    Weierstrass(BigUint),
    /// 32 bytes, clamped at each use.
    Montgomery([u8; 32]),
}

/// Why an entry could not be decrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecryptError {
    /// The page has no valid `keyMaterial`. The text names the invalid part.
    #[error("key material: {0}")]
    KeyMaterial(String),
    /// The HIP's key has another key format, so there is no shared secret.
    #[error("the page answers in another key format than the request's")]
    OtherKeyFormat,
    /// `content` is not padded standard base64.
    #[error("content is not padded standard base64")]
    Base64,
    /// The GCM tag is wrong: wrong key, wrong nonce, or changed bytes.
    #[error("the GCM tag does not verify")]
    Tag,
    /// The plaintext is not one JSON document in UTF-8.
    #[error("the plaintext is not JSON")]
    Json,
}

/// The shared secret, 32 bytes: big-endian x in key format W, little-endian u in key format X.
pub(crate) fn agree(own: &PrivateKey, peer: &PublicKey) -> Result<[u8; 32], DecryptError> {
    match (own, peer) {
        (PrivateKey::Weierstrass(scalar), PublicKey::Weierstrass(point)) => point
            .times(scalar)
            .map(|shared| field::to_big_endian(&shared.x))
            .ok_or_else(|| DecryptError::KeyMaterial("the secret is the identity".into())),
        (PrivateKey::Montgomery(scalar), PublicKey::Montgomery(u)) => {
            montgomery::x25519(*scalar, *u)
                .ok_or_else(|| DecryptError::KeyMaterial("the secret is zero".into()))
        }
        (PrivateKey::Weierstrass(_), PublicKey::Montgomery(_))
        | (PrivateKey::Montgomery(_), PublicKey::Weierstrass(_)) => {
            Err(DecryptError::OtherKeyFormat)
        }
    }
}

/// Derives the AES key and the initialisation vector from the shared secret and both nonces.
pub(crate) fn derive(secret: [u8; 32], own: [u8; 32], peer: [u8; 32]) -> ([u8; 32], [u8; 12]) {
    let mut mixed = [0; 32];
    for (out, (a, b)) in mixed.iter_mut().zip(own.into_iter().zip(peer)) {
        *out = a ^ b;
    }
    let (salt, vector) = mixed.split_at(20);
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(salt), &secret)
        .expand(&[], &mut key)
        .expect("32 bytes are one block of the expansion");
    (key, vector.try_into().expect("32 minus 20 bytes"))
}

/// Decrypts `content`, which is base64 of ciphertext and tag, without additional data.
pub(crate) fn open(
    content: &str,
    key: [u8; 32],
    vector: [u8; 12],
) -> Result<Vec<u8>, DecryptError> {
    let sealed = STANDARD.decode(content).map_err(|_| DecryptError::Base64)?;
    Aes256Gcm::new(&key.into())
        .decrypt(&vector.into(), sealed.as_slice())
        .map_err(|_| DecryptError::Tag)
}
