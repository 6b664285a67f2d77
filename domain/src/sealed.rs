//! The confidential part of an event.

use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

/// The one part of an event that lies in the log only inside an envelope.
///
/// An event is decoded without it ([`Sealed::Closed`]); anyone who needs it opens the envelope
/// explicitly. After erasure the event still decodes and opening yields [`Sealed::Erased`], so a
/// rebuild stays total.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum Sealed<T> {
    /// Not opened by this reader.
    #[default]
    Closed,
    /// The content, either just decided or opened with the patient's key.
    Open(T),
    /// The key is destroyed; nobody can read this any more.
    Erased,
}

impl<T> Sealed<T> {
    /// The content, when it was opened.
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

/// What a codec needs from a [`Sealed`] of any content.
pub trait SealedPart {
    /// The bytes to seal; `None` when this copy of the event was never opened.
    fn to_bytes(&self) -> Option<Zeroizing<Vec<u8>>>;

    /// Takes the opened bytes in.
    ///
    /// # Errors
    ///
    /// The bytes are not what this event holds: the log was written by other code.
    fn open(&mut self, bytes: &[u8]) -> Result<(), serde_json::Error>;

    /// Records that the key is gone.
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
