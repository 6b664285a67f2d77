//! The seals go on from an earlier one: the log was taken up where it lacks events that were sealed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::check::{Fault, FaultKind};
use crate::key::{KeyId, PublicKeys, SigningKey};
use crate::seal::{self, Seal, SealError, Statement, framed};
use crate::{HASH_LENGTH, Hash};

const DOMAIN: &[u8] = b"HIPRESTART1";

/// What is signed: the seals after this one are of events that the log does not have any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RestartStatement {
    /// The shard of the log.
    pub shard: i16,
    /// Position of the last event under the seal from which the seals go on; 0 when that is none.
    pub restart_after: i64,
    /// [Digest](Seal::digest) of that seal; zeros when there is none.
    #[serde(with = "hex::serde")]
    pub kept: Hash,
    /// Position of the last event under the newest seal that is given up.
    pub lost_through: i64,
    /// Digest of that seal.
    #[serde(with = "hex::serde")]
    pub given_up: Hash,
    /// When; to the microsecond.
    pub restarted_at: DateTime<Utc>,
    /// Who signs.
    pub key_id: KeyId,
}

/// A signed statement. One line of JSON among the seals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restart {
    /// What is said.
    #[serde(flatten)]
    pub statement: RestartStatement,
    /// ECDSA over P-256 with SHA-256: r and s, 32 bytes each.
    #[serde(with = "hex::serde")]
    pub signature: [u8; 64],
}

/// A line of what is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Published {
    /// A seal.
    Seal(Seal),
    /// The seals go on from an earlier one.
    Restart(Restart),
}

/// What was published, with the seals that were given up taken out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// The seals that the log must agree with, in order.
    pub seals: Vec<Seal>,
    /// Where seals were given up, in order.
    pub restarts: Vec<RestartStatement>,
}

impl RestartStatement {
    /// Signs it.
    pub fn sign(self, key: &SigningKey) -> Restart {
        let signature = key.sign(&self.bytes());
        Restart { statement: self, signature }
    }

    /// The bytes that are signed: `HIPRESTART1`, shard (i16), restart after (i64), kept, lost through (i64),
    /// given up, restarted at (i64 µs since 1970), key id; framed as those of a seal.
    fn bytes(&self) -> Vec<u8> {
        framed(&[
            DOMAIN,
            &self.shard.to_be_bytes(),
            &self.restart_after.to_be_bytes(),
            &self.kept,
            &self.lost_through.to_be_bytes(),
            &self.given_up,
            &self.restarted_at.timestamp_micros().to_be_bytes(),
            self.key_id.as_str().as_bytes(),
        ])
    }
}

impl Restart {
    /// Whether one of these keys has signed it.
    ///
    /// # Errors
    ///
    /// None has.
    pub fn check(&self, keys: &PublicKeys) -> Result<(), SealError> {
        seal::check(keys, &self.statement.key_id, &self.statement.bytes(), &self.signature)
    }
}

impl Chain {
    /// Follows the lines. Signatures are not looked at: see [`check`].
    ///
    /// # Errors
    ///
    /// A restart does not give up the newest seal, or does not go on from an earlier one.
    pub fn of(lines: Vec<Published>) -> Result<Self, Fault> {
        let mut chain = Self::default();
        for line in lines {
            match line {
                Published::Seal(seal) => chain.seals.push(seal),
                Published::Restart(restart) => chain.go_back(restart.statement)?,
            }
        }
        Ok(chain)
    }

    fn go_back(&mut self, restart: RestartStatement) -> Result<(), Fault> {
        let RestartStatement { restart_after, lost_through, kept, given_up, .. } = restart;
        let out_of_line =
            Fault { from: restart_after + 1, to: lost_through, kind: FaultKind::OutOfLine };
        let newest = self.seals.last().filter(|seal| seal.digest() == given_up);
        if newest.is_none_or(|seal| seal.statement.to != lost_through) {
            return Err(out_of_line);
        }
        let count = self.seals.partition_point(|seal| seal.statement.to <= restart_after);
        let (digest, to) = match self.seals[..count].last() {
            Some(seal) => (seal.digest(), seal.statement.to),
            None => ([0; HASH_LENGTH], 0),
        };
        if digest != kept || to != restart_after || count == self.seals.len() {
            return Err(out_of_line);
        }
        self.seals.truncate(count);
        self.restarts.push(restart);
        Ok(())
    }

    /// What says that the seals go on from the first `count`.
    pub fn restart(
        &self,
        count: usize,
        restarted_at: DateTime<Utc>,
        key_id: KeyId,
    ) -> Option<RestartStatement> {
        let newest = self.seals.last().filter(|_| count < self.seals.len())?;
        let kept = self.seals[..count].last();
        Some(RestartStatement {
            shard: newest.statement.shard,
            restart_after: kept.map_or(0, |seal| seal.statement.to),
            kept: kept.map_or(Statement::NO_PREVIOUS, Seal::digest),
            lost_through: newest.statement.to,
            given_up: newest.digest(),
            restarted_at,
            key_id,
        })
    }
}

/// Checks that each line is signed by one of the keys, and that the seals follow each other through every
/// restart.
///
/// # Errors
///
/// The first that does not.
pub fn check(lines: Vec<Published>, keys: &PublicKeys) -> Result<Chain, Fault> {
    for line in &lines {
        let (from, to, checked) = match line {
            Published::Seal(seal) => (seal.statement.from, seal.statement.to, seal.check(keys)),
            Published::Restart(restart) => {
                let RestartStatement { restart_after, lost_through, .. } = restart.statement;
                (restart_after + 1, lost_through, restart.check(keys))
            }
        };
        checked.map_err(|error| Fault { from, to, kind: FaultKind::Seal(error) })?;
    }
    let chain = Chain::of(lines)?;
    crate::follow(&chain.seals, keys)?;
    Ok(chain)
}
