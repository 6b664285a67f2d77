//! Erasures outside the database: a file of lines, each an erasure in JSON, written before the keys
//! are destroyed. A database that is restored from an older backup has the keys again; this file then says which to
//! destroy.
//!
//! An attacker who can write to the file must not be able to destroy a key with it, nor to undo an erasure. So
//! each line has a proof that covers the whole file before it ([`line`]), and the database stores how far the
//! file went ([`anchor`]). While any line is invalid, no line is applied and no request is served:
//! an invalid line may replace an erasure, and serving could show
//! an erased patient. That cannot be undone; a service that does not start can be repaired
//! (`hip erasures repair`).
//!
//! The file contains only random ids of subjects and keys. Put it on storage that is not
//! restored together with the database, and that all workers share.

mod anchor;
mod check;
mod earlier;
mod file;
mod line;
mod repair;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{PgExecutor, PgPool};
use thiserror::Error;

pub use check::Fault;
pub use line::{Entry, JournalKeys};
pub use repair::Repaired;

use check::{Checked, Head, check};
use line::Statement;

/// The erasure journal of a process.
#[derive(Clone)]
pub struct Journal {
    path: PathBuf,
    keys: Arc<JournalKeys>,
}

/// Why the journal is invalid or cannot be written.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file cannot be used.
    #[error("the journal of erasures {path} cannot be used")]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// Some lines are invalid.
    #[error(
        "the journal of erasures {path} cannot be relied upon: {}; put back the file as hip left it, or see \
         `hip erasures check`",
        told(faults)
    )]
    Faults {
        /// Path of the file.
        path: PathBuf,
        /// Line numbers, from 1, and the fault of each line.
        faults: Vec<(usize, Fault)>,
    },
    /// Known lines are missing or were replaced.
    #[error(
        "the journal of erasures {path} does not begin with the {lines} lines that this database has seen: put \
         back the file as hip left it, or see `hip erasures check`"
    )]
    Missing {
        /// Path of the file.
        path: PathBuf,
        /// Number of lines that the database knows.
        lines: usize,
    },
    /// The database failed.
    #[error("the database's record of the erasure journal cannot be read")]
    Database(#[from] sqlx::Error),
}

/// Text with the first few faults and their lines.
fn told(faults: &[(usize, Fault)]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown = faults.iter().take(SHOWN_MAX).map(|(line, fault)| format!("line {line} {fault}"));
    let mut told: Vec<String> = shown.collect();
    if faults.len() > SHOWN_MAX {
        told.push(format!("and {} more", faults.len() - SHOWN_MAX));
    }
    told.join("; ")
}

/// A written line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written(Head);

impl Written {
    /// Records in the database how far the journal goes.
    pub(crate) async fn note(self, executor: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
        anchor::note(executor, self.0).await
    }
}

impl Journal {
    /// The journal in a file, which may not exist yet.
    pub fn new(path: PathBuf, keys: JournalKeys) -> Self {
        Self { path, keys: Arc::new(keys) }
    }

    /// Path of the file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Verifies the journal and returns its erasures in order, each with its line, from 1. The database then records
    /// how far the journal goes.
    ///
    /// A journal of an earlier version, which has no proofs, is migrated once.
    ///
    /// # Errors
    ///
    /// The file or the database cannot be used, or a line is invalid.
    pub async fn open(
        &self,
        pool: &PgPool,
        at: DateTime<Utc>,
    ) -> Result<Vec<(usize, Entry)>, JournalError> {
        let known = anchor::known(pool).await?;
        let mut checked = self.checked()?;
        if earlier::may_be_taken_over(&checked, known.is_some())
            && earlier::is_confirmed(pool, &checked.unproven).await?
        {
            let count = checked.unproven.len();
            self.vouch(at)?;
            checked = self.checked()?;
            tracing::warn!(
                count,
                "the erasure journal was of an earlier version; its lines are signed now"
            );
        }
        self.verify(&checked, known)?;
        let head = checked.head();
        // Nothing is recorded for an empty journal: its path may still be changed in the configuration.
        if head.lines > 0 {
            anchor::note(pool, head).await?;
        }
        Ok(checked.erasures)
    }

    /// Verifies the journal and returns its number of lines. Changes nothing.
    ///
    /// # Errors
    ///
    /// As [`Journal::open`].
    pub async fn verified(&self, pool: &PgPool) -> Result<usize, JournalError> {
        let checked = self.checked()?;
        self.verify(&checked, anchor::known(pool).await?)?;
        Ok(checked.head().lines)
    }

    /// Ids of key-encryption keys that are needed to verify the journal.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn needed_keks(&self) -> Result<Vec<String>, JournalError> {
        Ok(self.checked()?.needed_keks)
    }

    /// Adds a proof over all lines with the current key-encryption key, so that older ones can be removed.
    ///
    /// # Errors
    ///
    /// The file cannot be used, or a line is invalid.
    pub async fn vouch_anew(&self, pool: &PgPool, at: DateTime<Utc>) -> Result<(), JournalError> {
        let checked = self.checked()?;
        self.verify(&checked, anchor::known(pool).await?)?;
        if checked.needed_keks.iter().all(|kek| kek == self.keys.current()) {
            return Ok(());
        }
        let head = self.append(Statement::Vouched { at }, |checked| checked.faults.is_empty())?;
        Ok(anchor::note(pool, head).await?)
    }

    /// Writes an erasure durably. Several processes may share the file.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or an earlier line is invalid.
    pub(super) fn add(&self, entry: &Entry) -> Result<Written, JournalError> {
        let says = Statement::Erasure(entry.clone());
        self.append(says, |checked| checked.faults.is_empty()).map(Written)
    }

    fn vouch(&self, at: DateTime<Utc>) -> Result<Head, JournalError> {
        // Checked again under the lock.
        let is_earlier = |checked: &Checked| earlier::may_be_taken_over(checked, false);
        self.append(Statement::Vouched { at }, is_earlier)
    }

    fn append(
        &self,
        says: Statement,
        is_right: impl Fn(&Checked) -> bool,
    ) -> Result<Head, JournalError> {
        let error = |source| self.file_error(source);
        let mut file = file::Opened::open(&self.path).map_err(error)?;
        let text = file.lines().map_err(error)?;
        let checked = check(&text, &self.keys);
        if !is_right(&checked) {
            return Err(self.faults(&checked));
        }
        let Head { lines, digest } = checked.head();
        let line = self.keys.write(says, digest) + "\n";
        file.add(&self.path, &line).map_err(error)?;
        let digest = Sha256::new().chain_update(&text).chain_update(&line).finalize().into();
        Ok(Head { lines: lines + 1, digest })
    }

    fn checked(&self) -> Result<Checked, JournalError> {
        let text = file::read(&self.path).map_err(|source| self.file_error(source))?;
        Ok(check(&text.unwrap_or_default(), &self.keys))
    }

    fn verify(&self, checked: &Checked, known: Option<Head>) -> Result<(), JournalError> {
        if !checked.faults.is_empty() {
            return Err(self.faults(checked));
        }
        match known {
            Some(known) if checked.digest_after(known.lines) != Some(known.digest) => {
                Err(JournalError::Missing { path: self.path.clone(), lines: known.lines })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn faults(&self, checked: &Checked) -> JournalError {
        JournalError::Faults { path: self.path.clone(), faults: checked.faults.clone() }
    }

    fn file_error(&self, source: std::io::Error) -> JournalError {
        JournalError::File { path: self.path.clone(), source }
    }
}
