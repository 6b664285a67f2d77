//! Reads the key-encryption keys and checks that they are those of the vault.
//!
//! A lost key is never replaced by a new one: the new one could open nothing, and new data
//! would be wrapped by it. So a new key is created for an empty vault only, and a process that lacks a
//! key that the vault uses does not start.

use std::path::{Path, PathBuf};

use secrecy::SecretString;
use sqlx::PgPool;
use thiserror::Error;

use super::inventory::{is_empty, keks_in_use};
use super::key_ring::KeyRing;
use super::key_wrapper::{KeyWrapper, LocalKey, LocalKeyError};
use crate::config::{KeysSection, Secrets};

/// Why the key-encryption keys are missing or wrong.
#[derive(Debug, Error)]
pub enum KekError {
    /// No key is configured.
    #[error("no key-encryption key: set HIP_KEK, or file in section [keys]")]
    None,
    /// `HIP_KEK` is not a key.
    #[error("HIP_KEK cannot be used")]
    Variable(#[source] LocalKeyError),
    /// `HIP_KEK_OLDER` does not contain keys.
    #[error("HIP_KEK_OLDER cannot be used: keys are separated by commas")]
    OlderVariable(#[source] LocalKeyError),
    /// A key file cannot be used.
    #[error(transparent)]
    File(#[from] LocalKeyError),
    /// The file is missing, and the vault has keys already.
    #[error(
        "the key-encryption key {path} is missing, and this database holds keys that it has wrapped{}: bring \
         the file back from its copy; a new one could not open them",
        under(ids)
    )]
    Lost {
        /// Path of the file.
        path: PathBuf,
        /// Ids of the key-encryption keys that the vault uses.
        ids: Vec<String>,
    },
    /// Some keys are wrapped by a key-encryption key that this process does not have.
    #[error(
        "this database holds keys under {}, and {current} is configured: set the right one as HIP_KEK or file in \
         section [keys]; if {current} is to replace it, name the old one in older_files of section [keys] (or \
         HIP_KEK_OLDER), then run `hip key rewrap`", ids.join(", ")
    )]
    Unknown {
        /// Ids of those key-encryption keys.
        ids: Vec<String>,
        /// Id of the current one in this process.
        current: String,
    },
    /// The database failed.
    #[error("the key store cannot be reached")]
    Database(#[from] sqlx::Error),
}

fn under(ids: &[String]) -> String {
    if ids.is_empty() { String::new() } else { format!(" (under {})", ids.join(", ")) }
}

/// The configured keys. For an empty vault a missing file of the current key is created.
///
/// # Errors
///
/// They cannot be read, or are not those of the vault.
pub async fn open(
    pool: &PgPool,
    section: &KeysSection,
    secrets: &Secrets,
) -> Result<KeyRing, KekError> {
    let current = match source(section, secrets)? {
        Source::Variable(text) => LocalKey::parse(text).map_err(KekError::Variable)?,
        Source::File(path) => read_or_create(pool, path).await?,
    };
    checked(pool, KeyRing::new(current, older(section, secrets)?)).await
}

/// The configured keys. Creates nothing.
///
/// # Errors
///
/// As [`open`].
pub async fn open_existing(
    pool: &PgPool,
    section: &KeysSection,
    secrets: &Secrets,
) -> Result<KeyRing, KekError> {
    checked(pool, read(section, secrets)?).await
}

/// The configured keys, without a check against the vault.
///
/// # Errors
///
/// They cannot be read.
pub fn read(section: &KeysSection, secrets: &Secrets) -> Result<KeyRing, KekError> {
    let current = match source(section, secrets)? {
        Source::Variable(text) => LocalKey::parse(text).map_err(KekError::Variable)?,
        Source::File(path) => LocalKey::read(path)?,
    };
    Ok(KeyRing::new(current, older(section, secrets)?))
}

/// Whether a vault never had a key, so that a new key-encryption key may be created for it.
///
/// # Errors
///
/// The database cannot be used.
pub async fn is_new_vault(pool: &PgPool) -> Result<bool, sqlx::Error> {
    is_empty(pool).await
}

enum Source<'s> {
    Variable(&'s SecretString),
    File(&'s Path),
}

fn source<'s>(section: &'s KeysSection, secrets: &'s Secrets) -> Result<Source<'s>, KekError> {
    match (&secrets.kek, &section.file) {
        (Some(text), _) => Ok(Source::Variable(text)),
        (None, Some(path)) => Ok(Source::File(path)),
        (None, None) => Err(KekError::None),
    }
}

fn older(section: &KeysSection, secrets: &Secrets) -> Result<Vec<LocalKey>, KekError> {
    let from_files = section.older_files.iter().map(|path| Ok(LocalKey::read(path)?));
    let from_variable = secrets.older_keks.iter();
    let from_variable =
        from_variable.map(|text| LocalKey::parse(text).map_err(KekError::OlderVariable));
    from_files.chain(from_variable).collect()
}

async fn read_or_create(pool: &PgPool, path: &Path) -> Result<LocalKey, KekError> {
    if !path.exists() && !is_empty(pool).await? && !path.exists() {
        // Checked again: another process may have created it, and keys under it, meanwhile.
        let ids = keks_in_use(pool).await?.into_iter().collect();
        return Err(KekError::Lost { path: path.to_owned(), ids });
    }
    let (key, is_new) = LocalKey::read_or_create(path)?;
    if is_new {
        tracing::warn!(
            path = %path.display(),
            "a new key-encryption key was made; without this file nothing in the log can be read, so keep a copy apart from the database"
        );
    }
    Ok(key)
}

async fn checked(pool: &PgPool, ring: KeyRing) -> Result<KeyRing, KekError> {
    check(pool, &ring).await?;
    Ok(ring)
}

/// Checks that these are the keys of the vault.
///
/// # Errors
///
/// Keys are wrapped by another one, or the database cannot be used.
pub async fn check(pool: &PgPool, ring: &KeyRing) -> Result<(), KekError> {
    let in_use = keks_in_use(pool).await?.into_iter();
    let ids: Vec<String> = in_use.filter(|id| !id.is_empty() && !ring.has(id)).collect();
    if ids.is_empty() {
        return Ok(());
    }
    Err(KekError::Unknown { ids, current: ring.kek_id().to_owned() })
}
