//! The sealed part of an event.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The confidential part of an event. In the log it exists only in an encrypted envelope.
///
/// An event is decoded without it ([`Sealed::Closed`]); a reader opens the envelope explicitly. After an erasure the
/// event can still be decoded, and opening it gives [`Sealed::Erased`], so a rebuild never fails.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Sealed<T> {
    /// Not decrypted.
    #[default]
    Closed,
    /// The content, either new or decrypted with the subject's key.
    Open(T),
    /// The key was destroyed, so the content cannot be read.
    Erased,
}

impl<T> Sealed<T> {
    /// The content, if it is open.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Open(value) => Some(value),
            Self::Closed | Self::Erased => None,
        }
    }
}

impl<T> From<T> for Sealed<T> {
    fn from(value: T) -> Self {
        Self::Open(value)
    }
}

impl<T> fmt::Debug for Sealed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "‹closed›",
            Self::Open(_) => "‹sealed›",
            Self::Erased => "‹erased›",
        })
    }
}

/// The operations of a [`Sealed`] value that a codec needs.
pub trait SealedPart {
    /// The bytes to encrypt; `None` if the part is not open.
    fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>>;

    /// Sets the content from the decrypted bytes.
    ///
    /// # Errors
    ///
    /// The bytes are not valid content of this event: other code wrote the log.
    fn open(&mut self, bytes: &[u8]) -> Result<(), serde_json::Error>;

    /// Marks the part as erased.
    fn erase(&mut self);
}

impl<T: Serialize + DeserializeOwned> SealedPart for Sealed<T> {
    fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>> {
        let value = self.get()?;
        Some(Zeroizing::new(serde_json::to_vec(value).expect("our own types serialise")))
    }

    fn open(&mut self, bytes: &[u8]) -> Result<(), serde_json::Error> {
        *self = Self::Open(serde_json::from_slice(bytes)?);
        Ok(())
    }

    fn erase(&mut self) {
        *self = Self::Erased;
    }
}
