//! Verifies the lines of a journal.

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::line::{Entry, JournalKeys, Read, Statement};

/// Length of a journal: number of lines, and the SHA-256 of all their bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lines: usize,
    pub(super) digest: [u8; 32],
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// It was changed, or was not written by this service.
    #[error("is forged or changed")]
    Forged,
    /// The lines before it differ from those when it was written.
    #[error("does not follow the line before it: a line is missing, or was added or moved")]
    OutOfOrder,
    /// It has no proof, and no later line covers it.
    #[error("has no proof, as in an earlier version, so it cannot be trusted")]
    Unproven,
    /// It was proved with a key-encryption key that is not configured.
    #[error("lies under key-encryption key {0}, which is not configured")]
    OtherKek(String),
    /// It is not a line of a journal.
    #[error("is not a line of an erasure journal")]
    Nonsense,
}

/// A journal, line by line.
#[derive(Debug, Default)]
pub(super) struct Checked {
    /// Valid erasures with their lines, from 1.
    pub(super) erasures: Vec<(usize, Entry)>,
    /// Erasures whose own proof is valid, whatever the lines around them are.
    pub(super) authentic: Vec<Entry>,
    /// Lines of earlier versions that no later line covers.
    pub(super) unproven: Vec<(usize, Entry)>,
    /// Invalid lines.
    pub(super) faults: Vec<(usize, Fault)>,
    /// Whether any line has a proof, valid or not.
    pub(super) has_proofs: bool,
    /// Key-encryption keys without which some line cannot be verified.
    pub(super) needed_keks: Vec<String>,
    /// Digest after each line.
    heads: Vec<[u8; 32]>,
}

impl Checked {
    pub(super) fn head(&self) -> Head {
        Head {
            lines: self.heads.len(),
            digest: self.digest_after(self.heads.len()).unwrap_or_else(empty),
        }
    }

    /// The digest of the first lines; `None` if there are fewer.
    pub(super) fn digest_after(&self, lines: usize) -> Option<[u8; 32]> {
        if lines == 0 { Some(empty()) } else { self.heads.get(lines - 1).copied() }
    }
}

fn empty() -> [u8; 32] {
    Sha256::digest([]).into()
}

/// Reads the complete lines of a journal.
pub(super) fn check(text: &str, keys: &JournalKeys) -> Checked {
    let mut checked = Checked::default();
    let mut digest = Sha256::new();
    let mut read = Vec::new();
    for line in text.split_inclusive('\n') {
        read.push(keys.read(line.trim_end_matches('\n'), digest.clone().finalize().into()));
        digest.update(line.as_bytes());
        checked.heads.push(digest.clone().finalize().into());
    }
    // A valid line covers all lines before it.
    let vouched_to = read.iter().rposition(|line| matches!(line, Read::Proven(..)));
    for (at, line) in read.into_iter().enumerate() {
        let is_vouched = vouched_to.is_some_and(|vouched_to| at < vouched_to);
        checked.add(at + 1, line, is_vouched, Some(at) == vouched_to);
    }
    checked
}

impl Checked {
    fn add(&mut self, number: usize, line: Read, is_vouched: bool, is_last_proven: bool) {
        self.has_proofs |= !matches!(line, Read::Unproven(_) | Read::Nonsense);
        match line {
            Read::Proven(says, kek) => {
                if is_last_proven {
                    self.needed_keks.push(kek);
                }
                if let Statement::Erasure(entry) = says {
                    self.authentic.push(entry.clone());
                    self.erasures.push((number, entry));
                }
            }
            Read::Unproven(entry) | Read::OtherKek(Statement::Erasure(entry), _) if is_vouched => {
                self.authentic.push(entry.clone());
                self.erasures.push((number, entry));
            }
            Read::OtherKek(Statement::Vouched { .. }, _) if is_vouched => {}
            Read::OutOfOrder(says) => {
                if let Statement::Erasure(entry) = says {
                    self.authentic.push(entry);
                }
                self.faults.push((number, Fault::OutOfOrder));
            }
            Read::Unproven(entry) => {
                self.unproven.push((number, entry));
                self.faults.push((number, Fault::Unproven));
            }
            Read::OtherKek(_, kek) => self.faults.push((number, Fault::OtherKek(kek))),
            Read::Forged => self.faults.push((number, Fault::Forged)),
            Read::Nonsense => self.faults.push((number, Fault::Nonsense)),
        }
    }
}
