//! A seal: what the log was, signed.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::key::{KeyId, PublicKeys, SigningKey};
use crate::{HASH_LENGTH, Hash};

const DOMAIN: &[u8] = b"HIPSEAL1";

/// What is signed: these events, in this order, after that seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Statement {
    /// The shard of the log.
    pub shard: i16,
    /// Position of the first event.
    pub from: i64,
    /// Position of the last.
    pub to: i64,
    /// Merkle root over the hashes of the events, in the order of their positions.
    #[serde(with = "hex::serde")]
    pub root: Hash,
    /// [Digest](Seal::digest) of the seal before; zeros for the first.
    #[serde(with = "hex::serde")]
    pub previous: Hash,
    /// When; to the microsecond.
    pub sealed_at: DateTime<Utc>,
    /// Who signs.
    pub key_id: KeyId,
}

/// A signed statement. One line of JSON where it is published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seal {
    /// What is said.
    #[serde(flatten)]
    pub statement: Statement,
    /// ECDSA over P-256 with SHA-256: r and s, 32 bytes each.
    #[serde(with = "hex::serde")]
    pub signature: [u8; 64],
}

/// Why a seal says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SealError {
    /// Signed by somebody else.
    #[error("it is signed by the key {0}, which is not among the given ones")]
    UnknownKey(KeyId),
    /// Not what was signed.
    #[error("its signature does not match its content")]
    Signature,
}

impl Statement {
    /// What comes before the first seal.
    pub const NO_PREVIOUS: Hash = [0; HASH_LENGTH];

    /// How many events it speaks of; nothing when it ends before it begins.
    pub fn event_count(&self) -> Option<u64> {
        u64::try_from(self.to.checked_sub(self.from)?.checked_add(1)?)
            .ok()
            .filter(|count| *count > 0)
    }

    /// Signs it.
    pub fn sign(self, key: &SigningKey) -> Seal {
        let signature = key.sign(&self.bytes());
        Seal { statement: self, signature }
    }

    /// The bytes that are signed: `HIPSEAL1`, shard (i16), from, to (i64), root, previous, sealed at
    /// (i64 µs since 1970), key id; each with its length as a big-endian u32 in front, numbers
    /// big-endian.
    fn bytes(&self) -> Vec<u8> {
        framed(&[
            DOMAIN,
            &self.shard.to_be_bytes(),
            &self.from.to_be_bytes(),
            &self.to.to_be_bytes(),
            &self.root,
            &self.previous,
            &self.sealed_at.timestamp_micros().to_be_bytes(),
            self.key_id.as_str().as_bytes(),
        ])
    }
}

/// Fields one after the other, each with its length as a big-endian u32 in front.
pub(crate) fn framed(fields: &[&[u8]]) -> Vec<u8> {
    let mut bytes = vec![];
    for field in fields {
        let length = u32::try_from(field.len()).expect("a field is a few bytes long");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(field);
    }
    bytes
}

/// Whether the key with this id has signed the bytes.
pub(crate) fn check(
    keys: &PublicKeys,
    id: &KeyId,
    bytes: &[u8],
    signature: &[u8; 64],
) -> Result<(), SealError> {
    let key = keys.get(id).ok_or_else(|| SealError::UnknownKey(id.clone()))?;
    if key.is_signature_of(bytes, signature) { Ok(()) } else { Err(SealError::Signature) }
}

impl Seal {
    /// Whether one of these keys has signed it.
    ///
    /// # Errors
    ///
    /// None has.
    pub fn check(&self, keys: &PublicKeys) -> Result<(), SealError> {
        check(keys, &self.statement.key_id, &self.statement.bytes(), &self.signature)
    }

    /// What the next seal says of this one: SHA-256 over the signed bytes and the signature.
    pub fn digest(&self) -> Hash {
        Sha256::new_with_prefix(self.statement.bytes())
            .chain_update(self.signature)
            .finalize()
            .into()
    }
}
