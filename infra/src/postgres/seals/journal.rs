//! Seals outside the database: a file of lines, each a seal in JSON. It belongs on write-once
//! storage, or on storage that only the auditor can change.

use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use hip_proof::{Chain, Published, Restart, Seal};
use thiserror::Error;

use crate::config::text_file;

/// Bytes read from the end of the file to find the last seal, which has some 450.
const TAIL_LENGTH: u64 = 4_096;

/// Why the published seals cannot be read or appended to.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file cannot be used.
    #[error("the file of seals {path} cannot be used")]
    File {
        /// Path of the file.
        path: PathBuf,
        /// The I/O error.
        #[source]
        source: std::io::Error,
    },
    /// A line is not a seal.
    #[error("line {line} of the file of seals {path} is no seal")]
    Line {
        /// Path of the file.
        path: PathBuf,
        /// Line number, from 1.
        line: usize,
    },
    /// The file contains no seals.
    #[error("the file {path} does not end with seals")]
    NoSeals {
        /// Path of the file.
        path: PathBuf,
    },
    /// The file contradicts the database.
    #[error("the seal that was published up to position {to} is not the one in the database")]
    Contradiction {
        /// Last position of the file's last seal.
        to: i64,
    },
}

/// The published seals, in order.
///
/// A line that a crash cut off is followed by the same line in full, and is ignored.
///
/// # Errors
///
/// The file cannot be read, or a line is not a seal.
pub fn published(path: &Path) -> Result<Vec<Published>, JournalError> {
    let text = text_file::read_to_string(path).map_err(file_error(path))?;
    lines(path, &text)
}

fn lines(path: &Path, text: &str) -> Result<Vec<Published>, JournalError> {
    let lines: Vec<&str> = text.lines().collect();
    let mut seals = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let is_cut_short = || match lines.get(index + 1) {
            Some(next) => next.starts_with(line),
            None => !text.ends_with('\n'),
        };
        match serde_json::from_str::<Published>(line) {
            Ok(seal) => seals.push(seal),
            Err(_) if is_cut_short() => {}
            Err(_) => return Err(JournalError::Line { path: path.to_owned(), line: index + 1 }),
        }
    }
    Ok(seals)
}

/// Appends the seals that the file lacks and returns their number. Several processes may share the file.
///
/// Only the last seal of the file is read: each names the one before it.
///
/// # Errors
///
/// The file cannot be read or written, or contradicts the seals.
pub fn publish(path: &Path, seals: &[Seal]) -> Result<usize, JournalError> {
    let error = file_error(path);
    let mut file =
        File::options().create(true).read(true).append(true).open(path).map_err(&error)?;
    file.lock().map_err(&error)?; // until it is closed
    let new = continuing(last(path, &mut file)?.as_ref(), seals)?;
    let mut lines = String::new();
    if !ends_with_a_line(&mut file).map_err(&error)? {
        lines.push('\n');
    }
    for seal in new {
        lines.push_str(&serde_json::to_string(seal).expect("a seal serialises"));
        lines.push('\n');
    }
    if !new.is_empty() {
        file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()).map_err(&error)?;
    }
    Ok(new.len())
}

/// Appends a restart: the seals continue from an earlier one. Does so only if the file still has this chain,
/// since another process may have done it meanwhile. Returns whether it was appended.
pub(super) fn restart(path: &Path, chain: &Chain, restart: &Restart) -> Result<bool, JournalError> {
    let error = file_error(path);
    let mut file = File::options().read(true).append(true).open(path).map_err(&error)?;
    file.lock().map_err(&error)?; // until it is closed
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(&error)?;
    if Chain::of(lines(path, &text)?).as_ref() != Ok(chain) {
        return Ok(false);
    }
    let start = if text.ends_with('\n') { "" } else { "\n" };
    let line = serde_json::to_string(restart).expect("a restart serialises");
    let line = format!("{start}{line}\n");
    file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(&error)?;
    Ok(true)
}

/// Position after which seals may still have to be published; the newest published one is checked
/// again. `None` if there is none.
pub(super) fn known_through(path: &Path) -> Result<Option<i64>, JournalError> {
    match File::open(path) {
        Ok(mut file) => Ok(last(path, &mut file)?.map(|line| match line {
            Published::Seal(seal) => seal.statement.from - 1,
            Published::Restart(restart) => restart.statement.restart_after,
        })),
        Err(source) if source.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(file_error(path)(source)),
    }
}

/// The part of `seals` after `last`.
fn continuing<'a>(last: Option<&Published>, seals: &'a [Seal]) -> Result<&'a [Seal], JournalError> {
    let (to, digest) = match last {
        None => return Ok(seals),
        Some(Published::Seal(last)) => (last.statement.to, last.digest()),
        Some(Published::Restart(last)) => (last.statement.restart_after, last.statement.kept),
    };
    let (old, new) = seals.split_at(seals.partition_point(|seal| seal.statement.to <= to));
    let is_another = old.last().is_some_and(|old| old.statement.to == to && old.digest() != digest);
    let leaves_line = new.first().is_some_and(|new| new.statement.previous != digest);
    if is_another || leaves_line { Err(JournalError::Contradiction { to }) } else { Ok(new) }
}

/// The last line, read from the end of the file.
fn last(path: &Path, file: &mut File) -> Result<Option<Published>, JournalError> {
    let error = file_error(path);
    let length = file.metadata().map_err(&error)?.len();
    let mut tail = vec![];
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL_LENGTH))).map_err(&error)?;
    file.read_to_end(&mut tail).map_err(&error)?;
    let seal =
        tail.split(|byte| *byte == b'\n').rev().find_map(|line| serde_json::from_slice(line).ok());
    if seal.is_none() && length > TAIL_LENGTH {
        return Err(JournalError::NoSeals { path: path.to_owned() });
    }
    Ok(seal)
}

fn ends_with_a_line(file: &mut File) -> std::io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

fn file_error(path: &Path) -> impl Fn(std::io::Error) -> JournalError {
    |source| JournalError::File { path: path.to_owned(), source }
}
