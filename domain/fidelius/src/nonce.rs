//! The 32 random bytes each side contributes.

use aes_gcm::aead::Generate as _;

use crate::{Error, wire};

/// The longest nonce text that is looked at, in characters. A proper one has 44.
const TEXT_LENGTH_MAX: usize = 128;

/// One side's 32 random bytes.
///
/// Not secret, but salt and initialisation vector come from it, so [`Debug`](std::fmt::Debug) keeps it
/// out of logs.
#[derive(Clone, PartialEq, Eq)]
pub struct Nonce([u8; 32]);

impl Nonce {
    /// Read base64 of exactly 32 bytes.
    ///
    /// # Errors
    ///
    /// [`Error::Base64`], or [`Error::NonceLength`] for any other length, also before decoding;
    /// [`Error::LostPlus`] or [`Error::EncodedTwice`] where one of these is the cause.
    pub fn parse(base64: &str) -> Result<Self, Error> {
        Self::decode(base64).map_err(|error| {
            if base64.len() > TEXT_LENGTH_MAX {
                return error;
            }
            wire::diagnose(base64, error, |bytes| bytes.len() == 32)
        })
    }

    fn decode(base64: &str) -> Result<Self, Error> {
        let bytes = wire::decode(base64, TEXT_LENGTH_MAX, Error::NonceLength)?;
        bytes.as_slice().try_into().map(Self).map_err(|_| Error::NonceLength)
    }

    /// Draw a fresh nonce from the operating system.
    ///
    /// # Errors
    ///
    /// [`Error::Randomness`].
    pub fn fresh() -> Result<Self, Error> {
        <[u8; 32]>::try_generate().map(Self).map_err(|_| Error::Randomness)
    }

    /// Take 32 given bytes: for vectors and tests.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Standard base64, 44 characters.
    pub fn to_base64(&self) -> String {
        wire::encode(&self.0)
    }
}

impl std::fmt::Debug for Nonce {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Nonce(‹redacted›)")
    }
}
