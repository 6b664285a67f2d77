//! The file of the signing key.

use std::path::{Path, PathBuf};

use hip_proof::{KeyError, SigningKey};
use rand::TryRng;
use rand::rngs::SysRng;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::config::secret_file;

/// Why there is no signing key.
#[derive(Debug, Error)]
pub enum SealKeyError {
    /// The key has a wrong format.
    #[error("the key of the seals: {0}")]
    Form(#[from] KeyError),
    /// The file cannot be read or written.
    #[error("the key file {path} cannot be used")]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
}

/// Reads the key from a file, or creates key and file. The public key is beside it, in `<file>.pub`. Returns the key
/// and whether it is new.
///
/// # Errors
///
/// The file has other content, or cannot be read or written.
pub fn read_or_create(path: &Path) -> Result<(SigningKey, bool), SealKeyError> {
    let error = |source| SealKeyError::File { path: path.to_owned(), source };
    let (pem, new) = secret_file::read_or_create(path, || random().to_pem()).map_err(error)?;
    let key = SigningKey::from_pem(&pem)?;
    if new {
        let mut public = path.as_os_str().to_owned();
        public.push(".pub");
        std::fs::write(&public, key.public_pem()).map_err(error)?;
    }
    Ok((key, new))
}

fn random() -> SigningKey {
    loop {
        let mut bytes = Zeroizing::new([0; 32]);
        SysRng.try_fill_bytes(bytes.as_mut()).expect("the system has randomness");
        if let Some(key) = SigningKey::from_random(&bytes) {
            return key;
        }
    }
}
