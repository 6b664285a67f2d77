//! Erasures outside the database: a file of lines, each an erasure in JSON, written down before the keys
//! go. A database that is restored from an older backup has the keys again; this file knows better.
//!
//! Whoever can write to the file must not be able to destroy a key with it, nor to bring somebody back. So
//! each line has a proof that covers the whole file before it ([`line`]), and the database knows how far the
//! file went ([`anchor`]). Nothing is acted upon, and nobody is served, while any line is not as it should
//! be: a line that cannot be relied upon may be the place of one that was an erasure, and to serve would be
//! to show somebody who was erased. That cannot be undone; a service that does not start can be mended
//! (`hip erasures repair`).
//!
//! It names data principals and keys by random ids, and nothing else. It belongs on storage that is not
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

/// The journal of a process.
#[derive(Clone)]
pub struct Journal {
    path: PathBuf,
    keys: Arc<JournalKeys>,
}

/// Why the journal cannot be relied upon, or added to.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be used.
    #[error("the journal of erasures {path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Lines are not as they should be.
    #[error(
        "the journal of erasures {path} cannot be relied upon: {}; put back the file as hip left it, or see \
         `hip erasures check`",
        told(faults)
    )]
    Faults {
        /// Of which file.
        path: PathBuf,
        /// Lines, from 1, and what is wrong with each.
        faults: Vec<(usize, Fault)>,
    },
    /// Lines that were there are missing, or other lines stand in their place.
    #[error(
        "the journal of erasures {path} does not begin with the {lines} lines that this database has seen: put \
         back the file as hip left it, or see `hip erasures check`"
    )]
    Missing {
        /// Of which file.
        path: PathBuf,
        /// How many lines it had.
        lines: usize,
    },
    /// The database.
    #[error("what the database knows of the journal of erasures cannot be read")]
    Database(#[from] sqlx::Error),
}

/// The first few, each with its line.
fn told(faults: &[(usize, Fault)]) -> String {
    const SHOWN_MAX: usize = 5;
    let shown = faults.iter().take(SHOWN_MAX).map(|(line, fault)| format!("line {line} {fault}"));
    let mut told: Vec<String> = shown.collect();
    if faults.len() > SHOWN_MAX {
        told.push(format!("and {} more", faults.len() - SHOWN_MAX));
    }
    told.join("; ")
}

/// A line that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written(Head);

impl Written {
    /// Notes in the database that the journal goes so far.
    pub(crate) async fn note(self, executor: impl PgExecutor<'_>) -> Result<(), sqlx::Error> {
        anchor::note(executor, self.0).await
    }
}

impl Journal {
    /// The journal in a file, which may not be there yet.
    pub fn new(path: PathBuf, keys: JournalKeys) -> Self {
        Self { path, keys: Arc::new(keys) }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was written down, in order, each with its line, from 1. The journal is as it should be, and
    /// from now on the database knows how far it goes.
    ///
    /// A journal of an earlier version, which has no proofs, is taken over once.
    ///
    /// # Errors
    ///
    /// The file or the database cannot be used, or a line is not as it should be.
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
                "the journal of erasures was of an earlier version; its lines have proofs now"
            );
        }
        self.verify(&checked, known)?;
        let head = checked.head();
        // Of none there is nothing to know: the journal may lie elsewhere until somebody configures where.
        if head.lines > 0 {
            anchor::note(pool, head).await?;
        }
        Ok(checked.erasures)
    }

    /// Whether the journal is as it should be: how many lines it has. Nothing is changed.
    ///
    /// # Errors
    ///
    /// As [`Journal::open`].
    pub async fn verified(&self, pool: &PgPool) -> Result<usize, JournalError> {
        let checked = self.checked()?;
        self.verify(&checked, anchor::known(pool).await?)?;
        Ok(checked.head().lines)
    }

    /// Key-encryption keys without which the journal could not be relied upon.
    ///
    /// # Errors
    ///
    /// The file cannot be read.
    pub fn needed_keks(&self) -> Result<Vec<String>, JournalError> {
        Ok(self.checked()?.needed_keks)
    }

    /// Has the current key-encryption key vouch for all lines, so that older ones can be removed.
    ///
    /// # Errors
    ///
    /// The file cannot be used, or a line is not as it should be.
    pub async fn vouch_anew(&self, pool: &PgPool, at: DateTime<Utc>) -> Result<(), JournalError> {
        let checked = self.checked()?;
        self.verify(&checked, anchor::known(pool).await?)?;
        if checked.needed_keks.iter().all(|kek| kek == self.keys.current()) {
            return Ok(());
        }
        let head = self.append(Statement::Vouched { at }, |checked| checked.faults.is_empty())?;
        Ok(anchor::note(pool, head).await?)
    }

    /// Writes an erasure down, durably. Several processes may have one file.
    ///
    /// # Errors
    ///
    /// The file cannot be written, or a line before it is not as it should be.
    pub(super) fn add(&self, entry: &Entry) -> Result<Written, JournalError> {
        let says = Statement::Erasure(entry.clone());
        self.append(says, |checked| checked.faults.is_empty()).map(Written)
    }

    fn vouch(&self, at: DateTime<Utc>) -> Result<Head, JournalError> {
        // Looked at again, now that nobody else can write.
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
