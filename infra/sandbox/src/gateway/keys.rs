//! The gateway's two RSA keys and their files.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rsa::RsaPrivateKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use rsa::rand_core::OsRng;

use super::jwt::TokenKey;

const BITS: usize = 2048;

/// Why the RSA keys are not available.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file of the state directory could not be read or written.
    #[error("cannot use {path}")]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        source: std::io::Error,
    },
    /// A key file does not contain a private key in PKCS#8 PEM.
    #[error("{path} holds no RSA private key; delete it to get a new one")]
    Pem {
        /// Path of the file.
        path: PathBuf,
        /// The parse error.
        source: rsa::pkcs8::Error,
    },
    /// Key generation failed.
    #[error("cannot make an RSA key")]
    Rsa(#[from] rsa::Error),
}

/// The keys that `/gateway/v3/certs` publishes.
pub(crate) struct Keys {
    /// RS256: sessions and callbacks.
    pub(crate) session: TokenKey,
    /// RS512: link tokens.
    pub(crate) link: TokenKey,
}

/// The keys of all simulators in this process that have no state directory.
static SHARED: OnceLock<Arc<Keys>> = OnceLock::new();

impl Keys {
    /// The keys of a run, and the number of earlier runs with the same state directory.
    pub(crate) fn for_run(state_dir: Option<&Path>) -> Result<(Arc<Self>, u64), KeysError> {
        let Some(directory) = state_dir else {
            if let Some(keys) = SHARED.get() {
                return Ok((Arc::clone(keys), 0));
            }
            let keys = Arc::new(Self::from_private(new_key()?, new_key()?));
            // If two threads generate keys at the same time, the keys of one are dropped unused.
            return Ok((Arc::clone(SHARED.get_or_init(|| keys)), 0));
        };
        fs::create_dir_all(directory).map_err(|source| file_error(directory, source))?;
        let session = kept_key(&directory.join("session-rs256.pem"))?;
        let link = kept_key(&directory.join("link-token-rs512.pem"))?;
        Ok((Arc::new(Self::from_private(session, link)), count_run(&directory.join("runs"))?))
    }

    fn from_private(session: RsaPrivateKey, link: RsaPrivateKey) -> Self {
        Self { session: TokenKey::rs256(session), link: TokenKey::rs512(link) }
    }
}

fn new_key() -> Result<RsaPrivateKey, KeysError> {
    Ok(RsaPrivateKey::new(&mut OsRng, BITS)?)
}

fn kept_key(path: &Path) -> Result<RsaPrivateKey, KeysError> {
    if path.exists() {
        let pem = fs::read_to_string(path).map_err(|source| file_error(path, source))?;
        return RsaPrivateKey::from_pkcs8_pem(&pem)
            .map_err(|source| KeysError::Pem { path: path.to_owned(), source });
    }
    let key = new_key()?;
    let pem = key
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|source| KeysError::Pem { path: path.to_owned(), source })?;
    write_private(path, pem.as_bytes())?;
    Ok(key)
}

fn count_run(path: &Path) -> Result<u64, KeysError> {
    let before =
        fs::read_to_string(path).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(0_u64);
    write_private(path, format!("{}\n", before + 1).as_bytes())?;
    Ok(before)
}

fn write_private(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|source| file_error(path, source))
}

fn file_error(path: &Path, source: std::io::Error) -> KeysError {
    KeysError::File { path: path.to_owned(), source }
}
