//! The sending side: one page, one key, one nonce.

use md5::{Digest as _, Md5};
use zeroize::Zeroizing;

use crate::session::Session;
use crate::{
    Error, KeyFormPolicy, KeyFormat, KeyMaterial, Nonce, PeerMaterial, PrivateKey, PublicKey, wire,
};

/// What a caller may choose about a seal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealOptions {
    /// The form of our key of key format W.
    pub key_form: KeyFormPolicy,
    /// Draw again when the shared secret of key format W begins with a zero byte (1 in 128).
    ///
    /// Several peers drop leading zeros before deriving the key and then can't open the page. With
    /// this on, which is the default, all of them agree with us.
    pub avoid_leading_zero: bool,
}

impl Default for SealOptions {
    fn default() -> Self {
        Self { key_form: KeyFormPolicy::default(), avoid_leading_zero: true }
    }
}

/// One exchange, good for exactly one page.
///
/// The two nonces fix the IV, so a second text under the same exchange would give away the difference
/// of both and let a reader forge. Hence no `Clone`, and [`SealOnce::seal`] consumes. Private key and
/// shared secret are gone, zeroised, before this value exists; its AES key goes when it is used or
/// dropped. A retry resends the sealed bytes or starts a new exchange.
#[must_use = "an exchange that seals nothing was drawn in vain"]
pub struct SealOnce {
    session: Session,
    key_material: KeyMaterial,
}

impl SealOnce {
    /// Draw a fresh key and nonce from the operating system against a requester's material.
    ///
    /// Doesn't look at the clock: call [`PeerMaterial::check_expiry`] just before.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`]; [`Error::Reflection`] and [`Error::SmallOrder`] as a last defence.
    pub fn new(peer: &PeerMaterial) -> Result<Self, Error> {
        Self::with_options(peer, SealOptions::default())
    }

    /// As [`SealOnce::new`], with choices.
    ///
    /// # Errors
    ///
    /// As [`SealOnce::new`].
    pub fn with_options(peer: &PeerMaterial, options: SealOptions) -> Result<Self, Error> {
        let (own_private, secret) = draw(peer.public_key(), options.avoid_leading_zero)?;
        Self::assemble(peer, &own_private, &secret, &Nonce::fresh()?, options.key_form)
    }

    /// **For vectors, tests and benchmarks only**: an exchange with a given key and nonce.
    ///
    /// Using the same pair twice breaks the secrecy of both pages. Never draws again, so a secret with
    /// leading zeros is used as it is.
    ///
    /// # Errors
    ///
    /// [`Error::DialectMismatch`], [`Error::Reflection`], [`Error::SmallOrder`].
    pub fn with_fixed(
        peer: &PeerMaterial,
        own_private: &PrivateKey,
        own_nonce: &Nonce,
        key_form: KeyFormPolicy,
    ) -> Result<Self, Error> {
        let secret = own_private.agree(peer.public_key())?;
        Self::assemble(peer, own_private, &secret, own_nonce, key_form)
    }

    fn assemble(
        peer: &PeerMaterial,
        own_private: &PrivateKey,
        secret: &[u8; 32],
        own_nonce: &Nonce,
        key_form: KeyFormPolicy,
    ) -> Result<Self, Error> {
        let own_key = own_private.public_key();
        if peer.public_key().is_reflection_of(&own_key) || peer.nonce() == own_nonce {
            return Err(Error::Reflection);
        }
        let form = key_form.answer_to(peer.public_key().form());
        Ok(Self {
            session: Session::derive(secret, own_nonce, peer.nonce()),
            key_material: KeyMaterial::new(&own_key, form, own_nonce),
        })
    }

    /// Our half of the exchange, as the page will carry it.
    pub fn key_material(&self) -> &KeyMaterial {
        &self.key_material
    }

    /// Encrypt the exact bytes of one record. Nothing is added, normalised or compressed.
    ///
    /// # Panics
    ///
    /// Beyond 64 GiB of plaintext, the limit of GCM.
    pub fn seal(self, plaintext: &[u8]) -> SealedPage {
        SealedPage {
            checksum: hex::encode(Md5::digest(plaintext)),
            ciphertext: self.session.encrypt(plaintext),
            key_material: self.key_material,
        }
    }
}

impl std::fmt::Debug for SealOnce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealOnce({}, ‹redacted›)", self.key_material.key_format())
    }
}

/// A fresh private key and the secret it shares with the requester.
fn draw(
    peer: &PublicKey,
    avoid_leading_zero: bool,
) -> Result<(PrivateKey, Zeroizing<[u8; 32]>), Error> {
    loop {
        let own_private = PrivateKey::fresh(peer.key_format())?;
        let secret = own_private.agree(peer)?;
        let is_short = peer.key_format() == KeyFormat::Weierstrass && secret[0] == 0;
        if !(is_short && avoid_leading_zero) {
            return Ok((own_private, secret));
        }
    }
}

/// One encrypted page: what an entry of the data push needs.
///
/// Prints as its length: a checksum of a short record could be guessed back.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedPage {
    /// Ciphertext, then the 16-byte tag.
    pub ciphertext: Vec<u8>,
    /// MD5 of the plaintext, 32 lower-case hexadecimal digits. The protocol's own; no security in it.
    pub checksum: String,
    /// Our key and nonce for this page.
    pub key_material: KeyMaterial,
}

impl SealedPage {
    /// `entries[].content`: standard base64 of [`SealedPage::ciphertext`], padded.
    pub fn content(&self) -> String {
        wire::encode(&self.ciphertext)
    }

    /// As [`SealedPage::content`], and gives the ciphertext back to the allocator.
    pub fn into_content(self) -> String {
        self.content()
    }
}

impl std::fmt::Debug for SealedPage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SealedPage({} bytes)", self.ciphertext.len())
    }
}

#[cfg(test)]
mod tests {
    use super::draw;
    use crate::{KeyFormat, PrivateKey};

    /// How often 1500 secrets begin with a zero byte; 12 is what chance gives in key format W.
    fn leading_zero_count(key_format: KeyFormat, avoid: bool) -> usize {
        let peer = PrivateKey::fresh(key_format).unwrap().public_key();
        (0..1500).filter(|_| draw(&peer, avoid).unwrap().1[0] == 0).count()
    }

    #[test]
    fn a_secret_that_begins_with_zero_is_drawn_again_unless_that_is_switched_off() {
        assert_eq!(leading_zero_count(KeyFormat::Weierstrass, true), 0);
        assert_ne!(leading_zero_count(KeyFormat::Weierstrass, false), 0);
    }
}
