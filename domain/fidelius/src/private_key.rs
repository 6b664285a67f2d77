//! Our own half of one exchange.

use aes_gcm::aead::Generate as _;
use curve25519_dalek::scalar::Scalar;
use zeroize::Zeroizing;

use crate::public_key::Point;
use crate::{Error, KeyFormat, PublicKey, weierstrass, wire, x25519};

/// The longest private key text that is looked at, in characters. A proper one has at most 44.
const TEXT_LENGTH_MAX: usize = 64;

/// A private key of either key format: not `Clone`, zeroised on drop, never printed.
///
/// The text forms exist for vectors and tools. A private key of an exchange never leaves
/// [`SealOnce`](crate::SealOnce).
pub struct PrivateKey(Secret);

enum Secret {
    /// In `1..n`, not clamped.
    Weierstrass(Zeroizing<Scalar>),
    /// Clamped when used.
    X25519(Zeroizing<[u8; 32]>),
}

impl PrivateKey {
    /// Read the text form of either key format.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`] or [`Error::PrivateKeyRange`].
    pub fn parse(key_format: KeyFormat, base64: &str) -> Result<Self, Error> {
        match key_format {
            KeyFormat::Weierstrass => Self::weierstrass(base64),
            KeyFormat::X25519 => Self::x25519(base64),
        }
    }

    /// Read key format W: base64 of the minimal big-endian integer, 1 to 32 bytes, in `1..n`.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`], or [`Error::PrivateKeyRange`]: nothing is reduced silently.
    pub fn weierstrass(base64: &str) -> Result<Self, Error> {
        let bytes = wire::decode(base64, TEXT_LENGTH_MAX, Error::PrivateKeyRange)?;
        if bytes.is_empty() || bytes.len() > 32 {
            return Err(Error::PrivateKeyRange);
        }
        let mut padded = Zeroizing::new([0; 32]);
        padded[32 - bytes.len()..].copy_from_slice(&bytes);
        Ok(Self(Secret::Weierstrass(weierstrass::scalar_from_be(&padded)?)))
    }

    /// Read key format X: base64 of exactly 32 bytes, clamped when used.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`] or [`Error::PrivateKeyRange`].
    pub fn x25519(base64: &str) -> Result<Self, Error> {
        let bytes = wire::decode(base64, TEXT_LENGTH_MAX, Error::PrivateKeyRange)?;
        let bytes = bytes.as_slice().try_into().map_err(|_| Error::PrivateKeyRange)?;
        Ok(Self(Secret::X25519(Zeroizing::new(bytes))))
    }

    /// Draw a fresh key from the operating system.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`].
    pub fn fresh(key_format: KeyFormat) -> Result<Self, Error> {
        match key_format {
            KeyFormat::Weierstrass => loop {
                // 64 bytes, so that reducing them leaves no measurable bias.
                let wide: Zeroizing<[u8; 64]> = random()?;
                let scalar = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
                if *scalar != Scalar::ZERO {
                    return Ok(Self(Secret::Weierstrass(scalar)));
                }
            },
            KeyFormat::X25519 => Ok(Self(Secret::X25519(random()?))),
        }
    }

    /// Which key format the key belongs to.
    pub fn key_format(&self) -> KeyFormat {
        match self.0 {
            Secret::Weierstrass(_) => KeyFormat::Weierstrass,
            Secret::X25519(_) => KeyFormat::X25519,
        }
    }

    /// The public half, in raw form.
    pub fn public_key(&self) -> PublicKey {
        match &self.0 {
            Secret::Weierstrass(scalar) => PublicKey::own_weierstrass(scalar),
            Secret::X25519(private) => PublicKey::own_x25519(x25519::public_point(private)),
        }
    }

    /// The text form that [`PrivateKey::parse`] reads, for tools that must keep a test key.
    pub fn to_base64(&self) -> Zeroizing<String> {
        let mut bytes = Zeroizing::new([0; 32]);
        match &self.0 {
            Secret::Weierstrass(scalar) => {
                bytes.copy_from_slice(scalar.as_bytes());
                bytes.reverse();
                let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
                Zeroizing::new(wire::encode(&bytes[zeros..]))
            }
            Secret::X25519(private) => Zeroizing::new(wire::encode(private.as_slice())),
        }
    }

    /// The 32 bytes that both sides share, in the byte order of the key format.
    pub(crate) fn agree(&self, peer: &PublicKey) -> Result<Zeroizing<[u8; 32]>, Error> {
        match (&self.0, peer.point()) {
            (Secret::Weierstrass(scalar), Point::Weierstrass { point, .. }) => {
                weierstrass::shared_secret(scalar, point)
            }
            (Secret::X25519(private), Point::X25519 { u }) => x25519::shared_secret(private, u),
            (Secret::Weierstrass(_), Point::X25519 { .. })
            | (Secret::X25519(_), Point::Weierstrass { .. }) => Err(Error::DialectMismatch),
        }
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({}, ‹redacted›)", self.key_format())
    }
}

/// Bytes from the operating system's generator.
fn random<const LENGTH: usize>() -> Result<Zeroizing<[u8; LENGTH]>, Error> {
    <[u8; LENGTH]>::try_generate().map(Zeroizing::new).map_err(|_| Error::Randomness)
}
