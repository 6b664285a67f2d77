//! The seals are held against the log, event by event.

use std::fmt;

use chrono::{DateTime, Utc};

use crate::key::PublicKeys;
use crate::merkle::Tree;
use crate::seal::{Seal, SealError, Statement};
use crate::{Hash, KeyId};

/// What does not agree, and where in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Position of the first event that it may concern.
    pub from: i64,
    /// Position of the last.
    pub to: i64,
    /// What is wrong.
    pub kind: FaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The seal itself is not to be believed.
    Seal(SealError),
    /// The seal ends before it begins.
    Empty,
    /// The seal does not go on where the one before ended, or not from that one.
    OutOfLine,
    /// The events are others, or stand in another order, than when they were sealed.
    Altered {
        /// Time of the seal, in UTC.
        sealed_at: DateTime<Utc>,
        /// Name of the key that signed it.
        key_id: KeyId,
    },
    /// The log ends before the seal does.
    CutOff {
        /// When there were more.
        sealed_at: DateTime<Utc>,
    },
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seal(error) => write!(f, "the seal says nothing: {error}"),
            Self::Empty => f.write_str("the seal ends before it begins"),
            Self::OutOfLine => f.write_str("the seal does not follow the one before"),
            Self::Altered { sealed_at, .. } => write!(
                f,
                "these events, or their order, are not those that were sealed at {sealed_at}"
            ),
            Self::CutOff { sealed_at } => {
                write!(
                    f,
                    "the newest events are missing: they were there when sealed at {sealed_at}"
                )
            }
        }
    }
}

/// Checks that each seal is signed by one of the keys and follows the one before. Seals are given
/// from the first on.
///
/// # Errors
///
/// The first that does not.
pub fn follow(seals: &[Seal], keys: &PublicKeys) -> Result<(), Fault> {
    let (mut previous, mut next) = (Statement::NO_PREVIOUS, 1);
    for seal in seals {
        let Statement { from, to, .. } = seal.statement;
        let fault = |kind| Fault { from, to, kind };
        seal.check(keys).map_err(|error| fault(FaultKind::Seal(error)))?;
        if seal.statement.event_count().is_none() {
            return Err(fault(FaultKind::Empty));
        }
        if from != next || seal.statement.previous != previous {
            return Err(fault(FaultKind::OutOfLine));
        }
        (previous, next) = (seal.digest(), to + 1);
    }
    Ok(())
}

/// Holds the hashes of a log, in order, against its seals.
#[derive(Debug)]
pub struct LogCheck<'a> {
    seals: &'a [Seal],
    tree: Tree,
}

impl<'a> LogCheck<'a> {
    /// A check that begins with the event after `after`: with the first seal that begins there or
    /// later. The seals [follow](follow) each other.
    pub fn new(seals: &'a [Seal], after: i64) -> Self {
        let first = seals.partition_point(|seal| seal.statement.from <= after);
        Self { seals: seals.get(first..).unwrap_or_default(), tree: Tree::default() }
    }

    /// Takes the next event of the log.
    ///
    /// # Errors
    ///
    /// It is the last under its seal, and the seal is of other events.
    pub fn event(&mut self, position: i64, hash: &Hash) -> Result<(), Fault> {
        let Some((seal, rest)) = self.seals.split_first() else { return Ok(()) };
        let Statement { from, to, root, sealed_at, key_id, .. } = &seal.statement;
        if position < *from {
            return Ok(());
        }
        self.tree.push(hash);
        if position < *to {
            return Ok(());
        }
        self.seals = rest;
        if std::mem::take(&mut self.tree).root() == Some(*root) {
            return Ok(());
        }
        let kind = FaultKind::Altered { sealed_at: *sealed_at, key_id: key_id.clone() };
        Err(Fault { from: *from, to: *to, kind })
    }

    /// The log ends with the event at `head`.
    ///
    /// # Errors
    ///
    /// There was more when it was sealed.
    pub fn end(&self, head: i64) -> Result<(), Fault> {
        let Some(last) = self.seals.last() else { return Ok(()) };
        let Statement { to, sealed_at, .. } = last.statement;
        if to <= head {
            return Ok(());
        }
        Err(Fault { from: head + 1, to, kind: FaultKind::CutOff { sealed_at } })
    }
}
