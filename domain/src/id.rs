//! Identifier types. Each is a separate type with a `parse` function.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// A text is not a valid identifier. Never contains the text, because it may be personal data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be {expected}")]
pub struct InvalidId {
    /// The expected format.
    pub expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $fits:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Parses the identifier; the error contains the expected format.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err(InvalidId { expected: $expected }) }
            }

            /// The text as given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Parses a hyphenated UUID in any letter case.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidId { expected: "a UUID" })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

impl Digest {
    /// SHA-256 of these bytes. Only for values that cannot be guessed; others need a [`Pseudonym`].
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(hex::encode(sha2::Sha256::digest(bytes)))
    }
}

impl RequestId {
    /// The `REQUEST-ID` of the `n`th call that results from `cause`. It depends only on both, so a retry after a
    /// crash uses the same id.
    ///
    /// SHA-256 of `cause` and `n`, formatted as a version 4 UUID as the gateway expects.
    pub fn caused_by(cause: EventId, n: u32) -> Self {
        use sha2::Digest as _;
        let hash = sha2::Sha256::new_with_prefix("hip/request-id/1")
            .chain_update(cause.0.as_bytes())
            .chain_update(n.to_be_bytes())
            .finalize();
        let bytes = hash.first_chunk::<16>().expect("a SHA-256 has 32 bytes");
        Self(uuid::Builder::from_random_bytes(*bytes).into_uuid())
    }
}

/// 1 to `max` letters, digits and punctuation as used in ids of this network.
fn is_token(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@'))
}

/// 1 to 255 characters that the gateway accepts in a reference number.
fn is_reference(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-@,. ()/:\\".contains(&b))
}

fn is_push_host(text: &str) -> bool {
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    let is_label = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.');
    let is_port = |port: &str| port != "443" && port.parse::<u16>().is_ok_and(|port| port > 0);
    (1..=253).contains(&host.len()) && host.bytes().all(is_label) && port.is_none_or(is_port)
}

text_id! {
    /// The service id by which the gateway routes: `services[].id` of `bridge-services`. Usually the HFR id,
    /// sometimes with a suffix. Configured, never derived.
    FacilityId, |t| is_token(t, 64), "a facility id of letters, digits, '-', '_' or '.', at most 64"
}
text_id! {
    /// A health information user, as consents name it.
    HiuId, |t| is_token(t, 128), "an HIU id of letters, digits, '-', '_', '.' or '@', at most 128"
}
text_id! {
    /// The reference of a care context in the network: our visit code.
    CareContextReference, is_reference, "a reference of at most 255 characters that ABDM allows"
}
text_id! {
    /// Id of a consent artefact. ABDM sends UUIDs; other short tokens are accepted.
    ConsentId, |t| is_token(t, 64), "a consent id of at most 64 letters, digits and hyphens"
}
text_id! {
    /// A conversation started by the gateway: a discovery or a health information request.
    TransactionId, |t| is_token(t, 64), "a transaction id of at most 64 letters, digits and hyphens"
}
text_id! {
    /// A keyed HMAC-SHA256 of a personal value, as 64 hex digits. Equal values of one facility give equal pseudonyms.
    /// Without the key the value cannot be guessed.
    Pseudonym,
    |t| t.len() == 64 && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    "64 lower-case hex digits"
}
text_id! {
    /// A SHA-256 digest, as 64 hex digits.
    Digest,
    |t| t.len() == 64 && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    "64 lower-case hex digits"
}
text_id! {
    /// An ABDM error code, without the trailing colon that the gateway sometimes adds.
    ErrorCode, |t| is_token(t, 32), "an error code of at most 32 letters, digits and hyphens"
}
text_id! {
    /// The name of an API client in the configuration.
    ClientName, |t| is_token(t, 64), "a name of letters, digits, '-', '_' or '.', at most 64"
}
text_id! {
    /// The host of an HIU's push URL in lower case, with the port if it is not 443.
    PushHost, is_push_host, "a host name in lower case, with a port where that is not 443"
}
uuid_id! {
    /// The random, pseudonymous id of a patient. It selects the data key. A message that is not matched to a patient
    /// yet has its own subject.
    SubjectId
}
uuid_id! {
    /// The `REQUEST-ID` of an incoming or outgoing message.
    RequestId
}
uuid_id! {
    /// Our id of a user-initiated link: `linkRefNumber`.
    LinkReference
}
uuid_id! {
    /// Id of a replay order.
    ReplayId
}
uuid_id! {
    /// Id of an event.
    EventId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_refuses_what_could_break_a_stream_name_or_a_log_line() {
        for text in ["", "a b", "a\nb", "x/../y", &"a".repeat(65)] {
            assert!(TransactionId::parse(text).is_err(), "{text:?}");
        }
        assert!(TransactionId::parse("b7a0c1de-0000-4000-8000-000000000014").is_ok());
    }

    #[test]
    fn a_refusal_does_not_repeat_the_text() {
        let error = FacilityId::parse("meera.k22@sbx / 91-0000").unwrap_err();
        assert!(!error.to_string().contains("meera"));
    }
}
