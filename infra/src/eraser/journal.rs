//! Erasures outside the database: a file of lines, each an erasure in JSON, written down before the keys
//! go. A database that is restored from an older backup has the keys again; this file knows better.
//!
//! It names data principals and keys by random ids, and nothing else. It belongs on storage that is not
//! restored together with the database, and that all workers share.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, SubjectId};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::text_file;

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Who.
    pub subject: SubjectId,
    /// Where they were treated.
    pub facility: FacilityId,
    /// Keys that were destroyed: theirs, and of messages about them.
    pub keys: Vec<Uuid>,
    /// When, in UTC.
    pub at: DateTime<Utc>,
}

/// Why the file cannot be read or added to.
#[derive(Debug, Error)]
pub enum JournalError {
    /// It cannot be used.
    #[error("the file of erasures {path} cannot be used")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line is no erasure. To pass over it could be to bring somebody back.
    #[error("line {line} of the file of erasures {path} is no erasure")]
    Line {
        /// Of which file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
}

/// What was written down, in order; nothing, when there is no such file.
///
/// A last line without an end is one that a crash cut short: its keys were not destroyed.
///
/// # Errors
///
/// The file cannot be read, or a line is no erasure.
pub fn erased(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let text = match text_file::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(vec![]),
        text => text.map_err(file_error(path))?,
    };
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let lines = (1..).zip(whole.split('\n')).filter(|(_, line)| !line.is_empty());
    lines
        .map(|(line, text)| {
            serde_json::from_str(text).map_err(|_| JournalError::Line { path: path.into(), line })
        })
        .collect()
}

/// Writes an erasure down, durably. Several processes may have one file.
///
/// # Errors
///
/// The file cannot be written.
pub(super) fn add(path: &Path, entry: &Entry) -> Result<(), JournalError> {
    let error = file_error(path);
    let is_new = !path.exists();
    let mut file =
        File::options().create(true).read(true).append(true).open(path).map_err(&error)?;
    file.lock().map_err(&error)?; // until it is closed
    cut_to_whole_lines(&mut file).map_err(&error)?;
    let mut line = serde_json::to_string(entry).expect("an erasure serialises");
    line.push('\n');
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(&error)?;
    if is_new {
        // Else a loss of power could take the name.
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = File::open(directory.unwrap_or(Path::new(".")));
        directory.and_then(|directory| directory.sync_all()).map_err(&error)?;
    }
    Ok(())
}

/// Removes what a crash has left behind the last whole line: else it would spoil the next.
fn cut_to_whole_lines(file: &mut File) -> std::io::Result<()> {
    let length = file.metadata()?.len();
    let mut last = [0];
    let mut end = length;
    while end > 0 {
        file.seek(SeekFrom::Start(end - 1))?;
        file.read_exact(&mut last)?;
        if last == *b"\n" {
            break;
        }
        end -= 1;
    }
    if end < length { file.set_len(end) } else { Ok(()) }
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> JournalError {
    |source| JournalError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(n: u128) -> Entry {
        Entry {
            subject: SubjectId(Uuid::from_u128(n)),
            facility: FacilityId::parse("IN1").unwrap(),
            keys: vec![Uuid::from_u128(n), Uuid::from_u128(n + 1)],
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_a_crash_cut_short_spoils_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("erasures.jsonl");
        assert_eq!(erased(&path).unwrap(), []);
        add(&path, &entry(1)).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(br#"{"subject":"0000"#).unwrap();
        assert_eq!(erased(&path).unwrap(), [entry(1)]);
        add(&path, &entry(3)).unwrap();
        assert_eq!(erased(&path).unwrap(), [entry(1), entry(3)]);
    }

    #[test]
    fn a_whole_line_that_is_no_erasure_is_not_passed_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("erasures.jsonl");
        add(&path, &entry(1)).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"something else\n").unwrap();
        add(&path, &entry(3)).unwrap();
        assert!(matches!(erased(&path), Err(JournalError::Line { line: 2, .. })));
    }
}
