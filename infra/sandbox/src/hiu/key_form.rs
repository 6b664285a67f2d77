//! The formats of a public key in `dhPublicKey.keyValue`.
//!
//! The structures that contain a curve are compared byte for byte and never parsed. With a parser, the sender could
//! choose another generator.

use base64::{Engine, engine::general_purpose::STANDARD};

use super::montgomery;
use super::weierstrass::{Affine, PointError};

/// The format of a public key: key format W or X, and its encoding.
///
/// The HIP must answer in the same key format. In key format W it may use any of the three forms; in
/// key format X it answers in the form of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyFormat {
    /// Short Weierstrass, `04 || X || Y`: 65 bytes.
    WRaw,
    /// Short Weierstrass, X.509 `SubjectPublicKeyInfo` with explicit parameters: 309 bytes.
    WSpkiExplicit,
    /// Short Weierstrass, X.509 `SubjectPublicKeyInfo` naming the curve: 93 bytes.
    WSpkiNamed,
    /// X25519, u little-endian: 32 bytes.
    XRaw,
    /// X25519, X.509 `SubjectPublicKeyInfo`: 44 bytes.
    XSpki,
}

impl KeyFormat {
    /// All key formats, for tests that cover each of them.
    pub const ALL: [Self; 5] =
        [Self::WRaw, Self::WSpkiExplicit, Self::WSpkiNamed, Self::XRaw, Self::XSpki];

    /// Whether this is key format W, which uses the short Weierstrass form of the curve.
    pub fn is_weierstrass(self) -> bool {
        match self {
            Self::WRaw | Self::WSpkiExplicit | Self::WSpkiNamed => true,
            Self::XRaw | Self::XSpki => false,
        }
    }
}

/// A public key that was decoded and, in key format W, validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PublicKey {
    Weierstrass(Affine),
    Montgomery([u8; 32]),
}

/// Why a `keyValue` cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum KeyError {
    #[error("keyValue is not padded standard base64")]
    Base64,
    #[error("keyValue has none of the five known forms")]
    Form,
    #[error(transparent)]
    Point(#[from] PointError),
    #[error("the X25519 key has small order")]
    SmallOrder,
}

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
    "020108034200",
);
const SPKI_NAMED: &str = "305b301506072a8648ce3d0201060a2b060104019755010501034200";
const SPKI_X25519: &str = "302a300506032b656e032100";

fn prefix(key_format: KeyFormat) -> Vec<u8> {
    let text = match key_format {
        KeyFormat::WRaw | KeyFormat::XRaw => "",
        KeyFormat::WSpkiExplicit => SPKI_EXPLICIT,
        KeyFormat::WSpkiNamed => SPKI_NAMED,
        KeyFormat::XSpki => SPKI_X25519,
    };
    hex::decode(text).expect("a constant written in hexadecimal")
}

/// Encodes a public key as `keyValue`. `key` has 65 bytes in key format W and 32 bytes in key format X.
pub(crate) fn write(key_format: KeyFormat, key: &[u8]) -> String {
    let mut bytes = prefix(key_format);
    bytes.extend_from_slice(key);
    STANDARD.encode(bytes)
}

/// Decodes a `keyValue`. Also returns its format.
pub(crate) fn read(text: &str) -> Result<(KeyFormat, PublicKey), KeyError> {
    let bytes = STANDARD.decode(text).map_err(|_| KeyError::Base64)?;
    for key_format in KeyFormat::ALL {
        let Some(key) = bytes.strip_prefix(prefix(key_format).as_slice()) else {
            continue;
        };
        if key_format.is_weierstrass() {
            if let Ok(point) = key.try_into() {
                return Ok((key_format, PublicKey::Weierstrass(Affine::parse(point)?)));
            }
        } else if let Ok(u) = <[u8; 32]>::try_from(key) {
            // Any scalar detects a small order, because clamping makes it a multiple of the cofactor.
            montgomery::x25519([1; 32], u).ok_or(KeyError::SmallOrder)?;
            return Ok((key_format, PublicKey::Montgomery(u)));
        }
    }
    Err(KeyError::Form)
}

#[cfg(test)]
mod tests {
    use num_bigint::BigUint;

    use super::super::weierstrass::public_point;
    use super::*;

    #[test]
    fn every_form_has_the_length_of_the_specification_and_reads_back() {
        let point = public_point(&BigUint::from(5_u32));
        let u = montgomery::public_key([9; 32]);
        for (key_format, length) in KeyFormat::ALL.into_iter().zip([65, 309, 93, 32, 44]) {
            let text = if key_format.is_weierstrass() {
                write(key_format, &point.to_bytes())
            } else {
                write(key_format, &u)
            };
            assert_eq!(STANDARD.decode(&text).map(|bytes| bytes.len()), Ok(length));
            let (read_as, _) = read(&text).expect("a valid key");
            assert_eq!(read_as, key_format);
        }
    }

    #[test]
    fn a_compressed_point_and_a_trailing_byte_have_no_form() {
        let mut point = public_point(&BigUint::from(5_u32)).to_bytes().to_vec();
        point.push(0);
        assert_eq!(read(&STANDARD.encode(&point)), Err(KeyError::Form));
        point.truncate(33);
        point[0] = 2;
        assert_eq!(read(&STANDARD.encode(&point)), Err(KeyError::Form));
    }
}
