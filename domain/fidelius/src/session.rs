//! From a shared secret and two nonces to one AES-256-GCM key and its one IV.

use aes_gcm::aead::AeadInOut as _;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, Nonce};

/// The length of the authentication tag behind the ciphertext, in bytes.
pub(crate) const TAG_LENGTH: usize = 16;

/// One key and the only IV it will ever be used with.
///
/// The key is zeroised on drop, as is everything on the way to it that this crate holds. What a library
/// leaves on its stack, such as the last block of HKDF, is out of reach.
pub(crate) struct Session {
    key: Zeroizing<[u8; 32]>,
    iv: [u8; 12],
}

impl Session {
    /// The XOR of the two nonces gives 20 bytes of salt and 12 of IV; which side is which doesn't matter.
    pub(crate) fn derive(secret: &[u8; 32], one: &Nonce, other: &Nonce) -> Self {
        let mixed = mix(one, other);
        let (salt, iv) = mixed.split_at(20);
        let (mut prk, hkdf) = Hkdf::<Sha256>::extract(Some(salt), secret);
        prk.as_mut_slice().zeroize();
        let mut key = Zeroizing::new([0; 32]);
        hkdf.expand(&[], key.as_mut_slice()).expect("32 bytes are one block of HKDF-SHA256");
        Self { key, iv: iv.try_into().expect("32 bytes less 20 are 12") }
    }

    /// Ciphertext and tag in one buffer that is written once. Consumes: the IV is fixed.
    pub(crate) fn encrypt(self, plaintext: &[u8]) -> Vec<u8> {
        let mut out = vec![0; plaintext.len() + TAG_LENGTH];
        let (body, tail) = out.split_at_mut(plaintext.len());
        let buffer = InOutBuf::new(plaintext, body).expect("both halves have the same length");
        let tag = self
            .cipher()
            .encrypt_inout_detached((&self.iv).into(), &[], buffer)
            .expect("a page is far below the 64 GiB of GCM");
        tail.copy_from_slice(&tag);
        out
    }

    /// Verify the tag, and only then decrypt.
    pub(crate) fn decrypt(self, content: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (body, tag) =
            content.split_last_chunk::<TAG_LENGTH>().ok_or(Error::CiphertextTooShort)?;
        let mut out = Zeroizing::new(vec![0; body.len()]);
        let buffer = InOutBuf::new(body, &mut out).expect("both halves have the same length");
        self.cipher()
            .decrypt_inout_detached((&self.iv).into(), &[], buffer, tag.into())
            .map_err(|_| Error::Tag)?;
        Ok(out)
    }

    pub(crate) fn key(&self) -> &[u8; 32] {
        &self.key
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.key().into())
    }
}

/// Salt and IV in one piece: the XOR of the nonces.
pub(crate) fn mix(one: &Nonce, other: &Nonce) -> [u8; 32] {
    std::array::from_fn(|at| one.as_bytes()[at] ^ other.as_bytes()[at])
}
