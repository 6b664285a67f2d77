//! The file of the key that signs.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use hip_proof::{KeyError, SigningKey};
use rand::TryRng;
use rand::rngs::SysRng;
use thiserror::Error;
use zeroize::Zeroizing;

/// Why there is no key to sign with.
#[derive(Debug, Error)]
pub enum SealKeyError {
    /// It has another form.
    #[error("the key of the seals: {0}")]
    Form(#[from] KeyError),
    /// Its file cannot be read or written.
    #[error("the key file {path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Reads the key from a file, or makes both. Beside a new key lies its public half, as `<file>.pub`.
///
/// # Errors
///
/// The file holds something else, or cannot be read or written.
pub fn read_or_create(path: &Path) -> Result<SigningKey, SealKeyError> {
    let error = |source| SealKeyError::File { path: path.to_owned(), source };
    match std::fs::read_to_string(path) {
        Ok(pem) => return Ok(SigningKey::from_pem(&Zeroizing::new(pem))?),
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => return Err(error(source)),
        Err(_) => {}
    }
    let key = random();
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(error)?;
    file.write_all(key.to_pem().as_bytes()).and_then(|()| file.sync_all()).map_err(error)?;
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    std::fs::write(&public, key.public_pem()).map_err(error)?;
    Ok(key)
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
