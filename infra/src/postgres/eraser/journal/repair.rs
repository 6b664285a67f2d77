//! Rewrites an invalid journal, on the responsibility of an operator.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use super::check::Head;
use super::line::Statement;
use super::{Fault, Journal, JournalError, anchor, earlier, file};

/// Result of a repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repaired {
    /// Number of erasures in the new file.
    pub kept: usize,
    /// Lines that were dropped, and why.
    pub dropped: Vec<(usize, Fault)>,
    /// Path of the old file; `None` if there was none.
    pub old: Option<PathBuf>,
}

impl Journal {
    /// Writes a new file of all erasures whose own proof is valid, and records it in the database as
    /// complete. The old file stays beside it. Lines without a proof are kept only if the file is of an
    /// earlier version and this database never saw another one.
    ///
    /// # Errors
    ///
    /// The file or the database cannot be used.
    pub async fn repair(&self, pool: &PgPool, at: DateTime<Utc>) -> Result<Repaired, JournalError> {
        let is_known = anchor::known(pool).await?.is_some();
        let checked = self.checked()?;
        let is_earlier = earlier::may_be_taken_over(&checked, is_known);
        let (entries, dropped) = if is_earlier {
            (checked.unproven.into_iter().map(|(_, entry)| entry).collect(), vec![])
        } else {
            (checked.authentic, checked.faults)
        };
        let kept = entries.len();
        let (mut text, mut lines) = (String::new(), 0);
        for entry in entries {
            let before = Sha256::digest(&text).into();
            text += &self.keys.write(Statement::Erasure(entry), before);
            text.push('\n');
            lines += 1;
        }
        let digest = Sha256::digest(&text).into();
        let old = self.put(&text, at).map_err(|source| self.file_error(source))?;
        anchor::replace(pool, Head { lines, digest }).await?;
        Ok(Repaired { kept, dropped, old })
    }

    /// Replaces the old file by a new one; the old one is renamed.
    fn put(&self, text: &str, at: DateTime<Utc>) -> std::io::Result<Option<PathBuf>> {
        let named = |what: &str| self.path.with_added_extension(what);
        let unfinished = named("unfinished");
        let mut new = File::options()
            .create(true)
            .truncate(true)
            .write(true)
            .mode(0o600)
            .open(&unfinished)?;
        new.write_all(text.as_bytes())?;
        new.sync_all()?;
        // To the microsecond, so that a second repair does not overwrite the first backup.
        let old = self
            .path
            .exists()
            .then(|| named(&at.format("replaced-%Y%m%dT%H%M%S%.6fZ").to_string()));
        if let Some(old) = &old {
            std::fs::hard_link(&self.path, old)?;
        }
        std::fs::rename(&unfinished, &self.path)?;
        file::sync_directory_of(&self.path)?;
        Ok(old)
    }
}
