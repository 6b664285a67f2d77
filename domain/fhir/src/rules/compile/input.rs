//! Where definitions come from: a folder of JSON files, or a package as guides are published.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::rules::manifest::Source;

/// Why an input could not be read.
#[derive(Debug, Error)]
pub enum InputError {
    /// The file system refused.
    #[error("{} cannot be read or written", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The error of the file system.
        #[source]
        source: std::io::Error,
    },
    /// More bytes than definitions can have, in all.
    #[error("{} holds more than {BYTES_MAX} bytes of definitions", path.display())]
    TooLarge {
        /// The package or folder.
        path: PathBuf,
    },
}

/// What an input may hold unpacked. The whole of R4 is 60 MB.
const BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The JSON files of a folder or package.
pub struct Input {
    name: String,
    /// Sorted by name.
    pub(super) files: Vec<(String, Vec<u8>)>,
}

impl Input {
    /// Reads a folder, or a package file with the ending `.tgz`.
    ///
    /// # Errors
    ///
    /// When the file system refuses, or when there is more than a guide can need.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let is_package = path.extension().is_some_and(|ending| ending == "tgz");
        let mut files = if is_package { package(path)? } else { folder(path)? };
        files.sort();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self { name: name.unwrap_or_default(), files })
    }

    /// Takes files that are in memory already.
    pub fn of(name: impl Into<String>, mut files: Vec<(String, Vec<u8>)>) -> Self {
        files.sort();
        Self { name: name.into(), files }
    }

    pub(super) fn source(&self) -> Source {
        let mut digest = Sha256::new();
        for (name, content) in &self.files {
            digest.update(name);
            digest.update([0]);
            digest.update((content.len() as u64).to_le_bytes());
            digest.update(content);
        }
        let sha256 = hex::encode(digest.finalize());
        Source { name: self.name.clone(), file_count: self.files.len(), sha256 }
    }
}

fn is_definition(name: &str) -> bool {
    let has_ending = Path::new(name).extension().is_some_and(|ending| ending == "json");
    has_ending && !name.starts_with('.')
}

fn folder(path: &Path) -> Result<Vec<(String, Vec<u8>)>, InputError> {
    let failed = |source| InputError::Io { path: path.to_owned(), source };
    let (mut files, mut size) = (vec![], 0);
    for entry in fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if is_definition(&name) {
            size += entry.metadata().map_err(failed)?.len();
            if size > BYTES_MAX {
                return Err(InputError::TooLarge { path: path.to_owned() });
            }
            files.push((name, fs::read(entry.path()).map_err(failed)?));
        }
    }
    Ok(files)
}

/// The files directly in `package/`; examples and tests lie deeper and are not definitions.
fn package(path: &Path) -> Result<Vec<(String, Vec<u8>)>, InputError> {
    let failed = |source| InputError::Io { path: path.to_owned(), source };
    let unpacked = GzDecoder::new(fs::File::open(path).map_err(failed)?);
    // One more than allowed, so that too much shows.
    let mut archive = tar::Archive::new(unpacked.take(BYTES_MAX + 1));
    let (mut files, mut size) = (vec![], 0);
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        let inside = entry.path().map_err(failed)?.to_string_lossy().into_owned();
        let name = inside.strip_prefix("package/").filter(|name| !name.contains('/'));
        let Some(name) = name.filter(|name| is_definition(name)) else {
            continue;
        };
        let mut content = vec![];
        size += entry.read_to_end(&mut content).map_err(failed)? as u64;
        if size >= BYTES_MAX {
            return Err(InputError::TooLarge { path: path.to_owned() });
        }
        files.push((name.to_owned(), content));
    }
    Ok(files)
}
