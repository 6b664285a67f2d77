//! Forms are told apart by length and exact leading bytes, never by parsing ASN.1.
//!
//! A general parser would let the sender choose generator, curve or padding; four fixed prefixes don't.

use std::sync::LazyLock;

use crate::{Error, KeyForm};

/// SPKI, id-ecPublicKey, explicit prime-field parameters: version 1, p, a, b, G, n, cofactor 8.
const SPKI_EXPLICIT: &str = concat!(
    "308201313081ea06072a8648ce3d02013081de020101",
    "302b06072a8648ce3d01010220",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
    "30440420",
    "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa984914a144",
    "0420",
    "7b425ed097b425ed097b425ed097b425ed097b425ed097b4260b5e9c7710c864",
    "044104",
    "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad245a",
    "20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9",
    "0220",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
    "020108",
    "034200",
);
/// SPKI, id-ecPublicKey, curve named by OID 1.3.6.1.4.1.3029.1.5.1.
const SPKI_NAMED: &str = "305b301506072a8648ce3d0201060a2b060104019755010501034200";
/// SPKI, OID 1.3.101.110 (RFC 8410).
const SPKI_X25519: &str = "302a300506032b656e032100";

static SPKI_EXPLICIT_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| bytes(SPKI_EXPLICIT));
static SPKI_NAMED_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| bytes(SPKI_NAMED));
static SPKI_X25519_BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| bytes(SPKI_X25519));

const ALL: [KeyForm; 5] = [
    KeyForm::Raw,
    KeyForm::SpkiExplicit,
    KeyForm::SpkiNamed,
    KeyForm::X25519Raw,
    KeyForm::X25519Spki,
];

fn bytes(hex: &str) -> Vec<u8> {
    hex::decode(hex).expect("the prefixes are written in hexadecimal")
}

impl KeyForm {
    /// What stands before the bare key.
    pub(super) fn prefix(self) -> &'static [u8] {
        match self {
            Self::Raw | Self::X25519Raw => &[],
            Self::SpkiExplicit => &SPKI_EXPLICIT_BYTES,
            Self::SpkiNamed => &SPKI_NAMED_BYTES,
            Self::X25519Spki => &SPKI_X25519_BYTES,
        }
    }

    /// What the first byte of the bare key must be: key format W has a marker for "uncompressed".
    fn marker(self) -> &'static [u8] {
        match self {
            Self::Raw | Self::SpkiExplicit | Self::SpkiNamed => &[4],
            Self::X25519Raw | Self::X25519Spki => &[],
        }
    }

    /// The length of the bare key, in bytes.
    fn body_length(self) -> usize {
        match self {
            Self::Raw | Self::SpkiExplicit | Self::SpkiNamed => 65,
            Self::X25519Raw | Self::X25519Spki => 32,
        }
    }
}

/// The form of an encoded key, and the bare key in it.
///
/// # Errors
///
/// [`Error::KeyStrippedZero`] for a key format W key that is exactly one byte short, else
/// [`Error::KeyEncoding`].
pub(crate) fn classify(bytes: &[u8]) -> Result<(KeyForm, &[u8]), Error> {
    for form in ALL {
        let Some(body) = bytes.strip_prefix(form.prefix()) else {
            continue;
        };
        if body.len() == form.body_length() && body.starts_with(form.marker()) {
            return Ok((form, body));
        }
    }
    let is_one_short = |form: &KeyForm| {
        let body = bytes.strip_prefix(form.prefix());
        body.is_some_and(|body| body.len() == 64 && body.starts_with(&[4]))
    };
    if [KeyForm::Raw, KeyForm::SpkiExplicit, KeyForm::SpkiNamed].iter().any(is_one_short) {
        return Err(Error::KeyStrippedZero);
    }
    Err(Error::KeyEncoding)
}
