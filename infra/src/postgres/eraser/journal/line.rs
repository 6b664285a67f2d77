//! One line of the journal: its statement, the digest of the lines before it, and a proof of origin.
//!
//! ```json
//! {"says":{"erasure":{…}},"before":"<SHA-256 of all bytes before this line>","kek":"local-…","mac":"<HMAC>"}
//! ```
//! The HMAC-SHA256 covers the line as it is written, without the member `mac`, under a key that is derived
//! from the key-encryption key `kek`. So a valid line covers every byte before it.

use chrono::{DateTime, Utc};
use hip_domain::id::{FacilityId, SubjectId};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::postgres::vault::KeyRing;

/// Separates the keys of the journal from other keys derived from a key-encryption key.
const LABEL: &[u8] = b"hip/erasure-journal/1";

/// Separates the part that the HMAC covers from the HMAC.
const BEFORE_MAC: &str = ",\"mac\":\"";

const MAC_DIGITS: usize = 64;

/// An erasure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The erased patient.
    pub subject: SubjectId,
    /// The facility that treated them.
    pub facility: FacilityId,
    /// Destroyed keys: the patient's own, and those of messages about them.
    pub keys: Vec<Uuid>,
    /// Time of the erasure, in UTC.
    pub at: DateTime<Utc>,
}

/// Statement of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Statement {
    /// A patient was erased.
    Erasure(Entry),
    /// Covers all lines before it: they are of an earlier version, or were proved
    /// with a key-encryption key that is about to be removed.
    Vouched {
        /// Time of the statement, in UTC.
        at: DateTime<Utc>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Unproven {
    says: Statement,
    #[serde(with = "hex")]
    before: [u8; 32],
    kek: String,
}

/// Keys that write and verify proofs.
pub struct JournalKeys {
    /// The first key writes proofs.
    keys: Vec<(String, Zeroizing<[u8; 32]>)>,
}

impl JournalKeys {
    /// Derives them from the key-encryption keys.
    pub fn of(keks: &KeyRing) -> Self {
        Self { keys: keks.derived(LABEL) }
    }

    /// The id of the key-encryption key for new lines.
    pub fn current(&self) -> &str {
        &self.keys[0].0
    }

    fn mac(&self, kek: &str) -> Option<Hmac<Sha256>> {
        let (_, key) = self.keys.iter().find(|(id, _)| id == kek)?;
        Some(Hmac::new_from_slice(key.as_slice()).expect("HMAC takes a key of any length"))
    }

    /// Builds a line, without its line end.
    pub(super) fn write(&self, says: Statement, before: [u8; 32]) -> String {
        let unproven = Unproven { says, before, kek: self.current().to_owned() };
        let mut line = serde_json::to_string(&unproven).expect("a line serialises");
        line.pop(); // the closing brace, which comes after the proof
        let mut mac = self.mac(self.current()).expect("the current key is there");
        mac.update(line.as_bytes());
        line + BEFORE_MAC + &hex::encode(mac.finalize().into_bytes()) + "\"}"
    }

    /// Reads a line; `before` is the digest of the lines before it.
    pub(super) fn read(&self, line: &str, before: [u8; 32]) -> Read {
        let Some((proven, mac)) = take_apart(line) else {
            let earlier: Result<Entry, _> = serde_json::from_str(line);
            return earlier.map_or(Read::Nonsense, Read::Unproven);
        };
        let Ok(Unproven { says, before: claimed, kek }) =
            serde_json::from_str(&format!("{proven}}}"))
        else {
            return Read::Nonsense;
        };
        let Some(mut expected) = self.mac(&kek) else { return Read::OtherKek(says, kek) };
        expected.update(proven.as_bytes());
        if expected.verify_slice(&mac).is_err() {
            Read::Forged
        } else if claimed == before {
            Read::Proven(says, kek)
        } else {
            Read::OutOfOrder(says)
        }
    }
}

/// Result of reading a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// Valid, and the lines before it are unchanged.
    Proven(Statement, String),
    /// Valid, but the lines before it changed.
    OutOfOrder(Statement),
    /// Its proof is invalid.
    Forged,
    /// Its proof cannot be verified: it needs this key-encryption key.
    OtherKek(Statement, String),
    /// A line of an earlier version, without a proof.
    Unproven(Entry),
    /// Not a line of a journal.
    Nonsense,
}

/// Splits a line into the part that the HMAC covers and the HMAC.
fn take_apart(line: &str) -> Option<(&str, Vec<u8>)> {
    let rest = line.strip_suffix("\"}")?;
    let (rest, digits) = rest.split_at_checked(rest.len().checked_sub(MAC_DIGITS)?)?;
    Some((rest.strip_suffix(BEFORE_MAC)?, hex::decode(digits).ok()?))
}
