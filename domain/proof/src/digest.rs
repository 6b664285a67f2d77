//! The digest of an event, and the chain of a stream.
//!
//! Digest: SHA-256 over these fields, each with its length as a big-endian u32 in front:
//! `HIPEV1`, event id (16 bytes), event type, schema version (i16), recorded at (i64 µs since 1970),
//! correlation id, causation id or nothing, subject id or nothing, codec (i16), SHA-256 of the body,
//! SHA-256 of the meta. Numbers are big-endian.
//!
//! Chain: `hash_n = SHA-256(hash_{n-1} ‖ int8(version) ‖ digest)`, `hash_0 = SHA-256(stream id)`.
//! It is computed over what is stored, so it survives the destruction of keys.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Hash;

const DOMAIN: &[u8] = b"HIPEV1";

/// What the digest of an event covers.
pub struct Digested<'a> {
    /// Of the event.
    pub event_id: Uuid,
    /// `consent.revoked`.
    pub event_type: &'a str,
    /// Of its type.
    pub schema_version: i16,
    /// To the microsecond.
    pub recorded_at: DateTime<Utc>,
    /// The conversation.
    pub correlation_id: Uuid,
    /// What led to it.
    pub causation_id: Option<Uuid>,
    /// Whose key seals it.
    pub subject_id: Option<Uuid>,
    /// How the body is laid out.
    pub codec: i16,
    /// SHA-256 of the stored body.
    pub body_digest: Hash,
    /// SHA-256 of the stored meta.
    pub meta_digest: Hash,
}

impl Digested<'_> {
    /// The digest, over all fields in order.
    ///
    /// # Panics
    ///
    /// A field of 4 GiB and more has no digest.
    pub fn digest(&self) -> Hash {
        let mut hasher = Sha256::new();
        let mut field = |bytes: &[u8]| {
            let length = u32::try_from(bytes.len()).expect("a field is far below 4 GiB");
            hasher.update(length.to_be_bytes());
            hasher.update(bytes);
        };
        field(DOMAIN);
        field(self.event_id.as_bytes());
        field(self.event_type.as_bytes());
        field(&self.schema_version.to_be_bytes());
        field(&self.recorded_at.timestamp_micros().to_be_bytes());
        field(self.correlation_id.as_bytes());
        field(self.causation_id.as_ref().map_or(&[][..], |id| &id.as_bytes()[..]));
        field(self.subject_id.as_ref().map_or(&[][..], |id| &id.as_bytes()[..]));
        field(&self.codec.to_be_bytes());
        field(&self.body_digest);
        field(&self.meta_digest);
        hasher.finalize().into()
    }
}

/// Where the chain of a stream begins.
pub fn genesis(stream_id: &str) -> Hash {
    sha256(stream_id.as_bytes())
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

/// The next link of a stream's chain.
pub fn link(previous: &Hash, version: i64, digest: &Hash) -> Hash {
    Sha256::new_with_prefix(previous)
        .chain_update(version.to_be_bytes())
        .chain_update(digest)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;

    use super::*;

    fn digested() -> Digested<'static> {
        Digested {
            event_id: Uuid::from_u128(1),
            event_type: "consent.revoked",
            schema_version: 1,
            recorded_at: Utc.with_ymd_and_hms(2026, 9, 14, 7, 0, 0).unwrap(),
            correlation_id: Uuid::from_u128(2),
            causation_id: None,
            subject_id: Some(Uuid::from_u128(3)),
            codec: 0,
            body_digest: sha256(b"{}"),
            meta_digest: sha256(b"{}"),
        }
    }

    #[test]
    fn the_digest_is_this_one_for_ever() {
        // Computed by hand with another program; if it changes, every stored chain breaks.
        let expected = "c2cdab92ca0134fc1949e56f26d331335c54f5f9c47eaf25f2aa9403180d7f6a";
        assert_eq!(hex::encode(digested().digest()), expected);
    }

    #[test]
    fn every_field_counts() {
        let base = digested().digest();
        let changed = [
            Digested { event_id: Uuid::from_u128(9), ..digested() },
            Digested { event_type: "consent.revoke", ..digested() },
            Digested { schema_version: 2, ..digested() },
            Digested {
                recorded_at: digested().recorded_at + chrono::TimeDelta::microseconds(1),
                ..digested()
            },
            Digested { correlation_id: Uuid::from_u128(9), ..digested() },
            Digested { causation_id: Some(Uuid::from_u128(3)), subject_id: None, ..digested() },
            Digested { subject_id: None, ..digested() },
            Digested { codec: 1, ..digested() },
            Digested { body_digest: sha256(b"{ }"), ..digested() },
            Digested { meta_digest: sha256(b"{ }"), ..digested() },
        ];
        for (n, other) in changed.iter().enumerate() {
            assert_ne!(other.digest(), base, "field {n}");
        }
    }
}
