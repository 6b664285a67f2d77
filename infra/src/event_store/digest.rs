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

const DOMAIN: &[u8] = b"HIPEV1";

/// What the digest of an event covers.
pub(super) struct Digested<'a> {
    pub(super) event_id: Uuid,
    pub(super) event_type: &'a str,
    pub(super) schema_version: i16,
    pub(super) recorded_at: DateTime<Utc>,
    pub(super) correlation_id: Uuid,
    pub(super) causation_id: Option<Uuid>,
    pub(super) subject_id: Option<Uuid>,
    pub(super) codec: i16,
    pub(super) body: &'a [u8],
    pub(super) meta: &'a [u8],
}

impl Digested<'_> {
    pub(super) fn digest(&self) -> [u8; 32] {
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
        field(&Sha256::digest(self.body));
        field(&Sha256::digest(self.meta));
        hasher.finalize().into()
    }
}

/// Where the chain of a stream begins.
pub(super) fn genesis(stream_id: &str) -> [u8; 32] {
    Sha256::digest(stream_id.as_bytes()).into()
}

/// The next link of a stream's chain.
pub(super) fn link(previous: &[u8; 32], version: i64, digest: &[u8; 32]) -> [u8; 32] {
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
            body: b"{}",
            meta: b"{}",
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
            Digested { body: b"{ }", ..digested() },
            Digested { meta: b"{ }", ..digested() },
        ];
        for (n, other) in changed.iter().enumerate() {
            assert_ne!(other.digest(), base, "field {n}");
        }
    }
}
