//! What the requester sent: key, nonce, expiry, all checked.

use chrono::{DateTime, Utc};

use crate::{Error, KeyFormat, Nonce, PublicKey, expiry};

/// The key material of a health information request, checked.
///
/// Good for any number of pages: each page draws its own key and nonce against it.
#[derive(Debug, Clone)]
pub struct PeerMaterial {
    key: PublicKey,
    key_bytes: KeyBytes,
    nonce: Nonce,
    expires_at: DateTime<Utc>,
}

#[derive(Clone)]
struct KeyBytes(Vec<u8>);

impl std::fmt::Debug for KeyBytes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl PeerMaterial {
    /// Check the five fields of `keyMaterial` that matter.
    ///
    /// `algorithm` is `cryptoAlg`, `key_value` and `expiry` are members of `dhPublicKey`;
    /// `parameters` is free text and nobody's business. The costly check, the key's, comes last.
    ///
    /// # Errors
    ///
    /// In the order of checking: [`Error::UnsupportedAlg`], [`Error::UnsupportedCurve`],
    /// [`Error::BadExpiry`], [`Error::Expired`] (a minute of grace), then the errors of
    /// [`Nonce::parse`] and [`PublicKey::parse`].
    pub fn parse(
        algorithm: &str,
        curve: &str,
        key_value: &str,
        nonce: &str,
        expiry: &str,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        if !algorithm.eq_ignore_ascii_case("ECDH") {
            return Err(Error::UnsupportedAlg);
        }
        if !curve.eq_ignore_ascii_case("Curve25519") {
            return Err(Error::UnsupportedCurve);
        }
        let expires_at = expiry::parse(expiry)?;
        expiry::check(expires_at, now)?;
        let nonce = Nonce::parse(nonce)?;
        let (key, mut key_bytes) = PublicKey::decode(key_value)?;
        Ok(Self { key, key_bytes: KeyBytes(std::mem::take(&mut *key_bytes)), nonce, expires_at })
    }

    /// The key format in which this requester must be answered.
    pub fn key_format(&self) -> KeyFormat {
        self.key.key_format()
    }

    /// The decoded `keyValue`, prefix and all: what an audit row hashes.
    pub fn key_bytes(&self) -> &[u8] {
        &self.key_bytes.0
    }

    /// The requester's key.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// The requester's nonce.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }

    /// The moment the requester named, in UTC, without the minute of grace.
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }

    /// Check the expiry again: pages may be sealed long after the request came.
    ///
    /// # Errors
    ///
    /// [`Error::Expired`].
    pub fn check_expiry(&self, now: DateTime<Utc>) -> Result<(), Error> {
        expiry::check(self.expires_at, now)
    }
}
