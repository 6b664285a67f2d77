//! Identifiers. Each is its own type, built by `parse`; two kinds never fit the same parameter.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

/// Why a text is no identifier of the wanted kind. Never repeats the text: it may be personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be {expected}")]
pub struct InvalidId {
    /// What would have fitted.
    pub expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $fits:expr, $expected:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier, or says what it must look like.
            pub fn parse(text: impl Into<String>) -> Result<Self, InvalidId> {
                let text = text.into();
                let fits: fn(&str) -> bool = $fits;
                if fits(&text) { Ok(Self(text)) } else { Err(InvalidId { expected: $expected }) }
            }

            /// The text as it was given.
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
            /// Reads a UUID in its hyphenated form, any case.
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
    /// The digest of these bytes. Only for what cannot be guessed; the rest needs a [`Pseudonym`].
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(hex::encode(sha2::Sha256::digest(bytes)))
    }
}

impl ErrorCode {
    /// A code that stands in our own source.
    pub fn ours(text: &'static str) -> Self {
        Self::parse(text).expect("our own codes have the form of one")
    }
}

impl RequestId {
    /// The `REQUEST-ID` of the `n`th call that `cause` leads to. The same cause gives the same id, so
    /// a call that is tried again after a crash repeats it.
    ///
    /// SHA-256 over `cause` and `n`, shaped as the version 4 UUID that the gateway expects.
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

/// Letters, digits and the marks that ids of this network use, at most `max` of them.
fn is_token(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'@'))
}

/// The characters that the gateway allows in a reference number, at most 255.
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
    /// The service id that the gateway routes on: `services[].id` of `bridge-services`, usually the
    /// HFR facility id, sometimes with a suffix. Read from configuration, never derived.
    FacilityId, |t| is_token(t, 64), "a facility id of letters, digits, '-', '_' or '.', at most 64"
}
text_id! {
    /// The health information user that a consent names.
    HiuId, |t| is_token(t, 128), "an HIU id of letters, digits, '-', '_', '.' or '@', at most 128"
}
text_id! {
    /// A care context as the network knows it: our visit code.
    CareContextReference, is_reference, "a reference of at most 255 characters that ABDM allows"
}
text_id! {
    /// A consent artefact's id. ABDM sends UUIDs; other short tokens are accepted on input.
    ConsentId, |t| is_token(t, 64), "a consent id of at most 64 letters, digits and hyphens"
}
text_id! {
    /// One conversation that the gateway started: a discovery or a health information request.
    TransactionId, |t| is_token(t, 64), "a transaction id of at most 64 letters, digits and hyphens"
}
text_id! {
    /// A keyed HMAC-SHA256 of something personal, 64 hex digits: equal inputs of one facility give
    /// equal pseudonyms, and nobody without the key can guess the input.
    Pseudonym,
    |t| t.len() == 64 && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    "64 lower-case hex digits"
}
text_id! {
    /// SHA-256 of something, 64 hex digits.
    Digest,
    |t| t.len() == 64 && t.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')),
    "64 lower-case hex digits"
}
text_id! {
    /// An error code as ABDM prints it, without the trailing colon that the gateway sometimes adds.
    ErrorCode, |t| is_token(t, 32), "an error code of at most 32 letters, digits and hyphens"
}
text_id! {
    /// A client of ours that shows a key, as the configuration calls it.
    ClientName, |t| is_token(t, 64), "a name of letters, digits, '-', '_' or '.', at most 64"
}
text_id! {
    /// Where an HIU takes its pages: the host of its push address in lower case, and the port where that
    /// is not 443.
    PushHost, is_push_host, "a host name in lower case, with a port where that is not 443"
}
uuid_id! {
    /// A patient, pseudonymous and random; selects the key that seals what we hold of them.
    /// A raw message that nobody has interpreted yet has a subject of its own.
    SubjectId
}
uuid_id! {
    /// The `REQUEST-ID` of one message, in either direction.
    RequestId
}
uuid_id! {
    /// Our name for a link that a patient has begun: `linkRefNumber`.
    LinkReference
}
uuid_id! {
    /// One order of an operator to do something again.
    ReplayId
}
uuid_id! {
    /// One event of the log.
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
