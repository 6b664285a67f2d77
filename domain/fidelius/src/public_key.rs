//! Public keys: five encodings, two key formats, checked before anything is multiplied.

mod encoding;

use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use serde::Serialize;
use zeroize::Zeroizing;

pub(crate) use self::encoding::classify;
use crate::weierstrass::{Coordinates, RawPoint};
use crate::{Error, weierstrass, wire, x25519};

/// The longest `keyValue` that is looked at, in characters. The longest proper one has 412.
pub(crate) const TEXT_LENGTH_MAX: usize = 1024;

/// The two ways in which ABDM participants use Curve25519. They can't read each other.
///
/// The text fields of key material are the same in both, so only the bytes of the key decide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyFormat {
    /// Short Weierstrass coordinates, unclamped scalar, secret big-endian: the reference tools.
    Weierstrass,
    /// X25519 of RFC 7748: clamped scalar, secret little-endian.
    X25519,
}

impl KeyFormat {
    /// `weierstrass` or `x25519`, as audit rows and settings spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weierstrass => "weierstrass",
            Self::X25519 => "x25519",
        }
    }
}

impl std::fmt::Display for KeyFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// How a public key is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum KeyForm {
    /// Key format W, 65 bytes: `04 || X || Y`. What most HIUs send.
    Raw,
    /// Key format W, 309 bytes: SPKI that spells out all curve parameters. What HIPs send.
    SpkiExplicit,
    /// Key format W, 93 bytes: SPKI that names the curve by OID 1.3.6.1.4.1.3029.1.5.1. Rare.
    SpkiNamed,
    /// Key format X, 32 bytes: u, little-endian.
    #[serde(rename = "x25519-raw")]
    X25519Raw,
    /// Key format X, 44 bytes: SPKI of RFC 8410 with OID 1.3.101.110.
    #[serde(rename = "x25519-spki")]
    X25519Spki,
}

impl KeyForm {
    /// The key format that uses this form.
    pub fn key_format(self) -> KeyFormat {
        match self {
            Self::Raw | Self::SpkiExplicit | Self::SpkiNamed => KeyFormat::Weierstrass,
            Self::X25519Raw | Self::X25519Spki => KeyFormat::X25519,
        }
    }

    /// A short name for reports and audit rows.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::SpkiExplicit => "spki-explicit",
            Self::SpkiNamed => "spki-named",
            Self::X25519Raw => "x25519-raw",
            Self::X25519Spki => "x25519-spki",
        }
    }
}

impl std::fmt::Display for KeyForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A public key that passed every check of its key format.
///
/// Equal when both stand for the same point, in whatever form they came.
#[derive(Clone)]
pub struct PublicKey {
    form: KeyForm,
    point: Point,
}

#[derive(Clone)]
pub(crate) enum Point {
    /// `point` carries X only: its sign is arbitrary, which shared secrets don't notice.
    Weierstrass {
        raw: RawPoint,
        point: EdwardsPoint,
    },
    X25519 {
        u: [u8; 32],
    },
}

impl PublicKey {
    /// Read and check a peer's `keyValue`. The decoded bytes alone decide form and key format.
    ///
    /// In this order: text length, base64, form, then for key format W reduced coordinates, curve
    /// equation, order of the point; for key format X small order.
    ///
    /// # Errors
    ///
    /// The first check that fails: [`Error::KeyEncoding`] (also for more than 1024 characters),
    /// [`Error::Base64`], or [`Error::LostPlus`] or [`Error::EncodedTwice`] where one of these is the cause,
    /// [`Error::KeyStrippedZero`], [`Error::NotCanonical`], [`Error::NotOnCurve`],
    /// [`Error::SmallOrder`], [`Error::MixedOrder`].
    pub fn parse(base64: &str) -> Result<Self, Error> {
        Self::decode(base64).map(|(key, _)| key)
    }

    /// The key, and the bytes that it was written as.
    pub(crate) fn decode(base64: &str) -> Result<(Self, Zeroizing<Vec<u8>>), Error> {
        let read = || {
            let bytes = wire::decode(base64, TEXT_LENGTH_MAX, Error::KeyEncoding)?;
            Ok((Self::from_encoded(&bytes)?, bytes))
        };
        read().map_err(|error| {
            let is_no_form = matches!(error, Error::Base64 | Error::KeyEncoding);
            if !is_no_form || base64.len() > TEXT_LENGTH_MAX {
                return error;
            }
            wire::diagnose(base64, error, |bytes| classify(bytes).is_ok())
        })
    }

    /// As [`PublicKey::parse`], from the decoded bytes.
    ///
    /// # Errors
    ///
    /// As [`PublicKey::parse`], except [`Error::Base64`].
    pub fn from_encoded(bytes: &[u8]) -> Result<Self, Error> {
        let (form, body) = classify(bytes)?;
        match form.key_format() {
            KeyFormat::Weierstrass => {
                let raw = body.try_into().map_err(|_| Error::KeyEncoding)?;
                let point = Coordinates::canonical(&raw)?.on_curve()?.in_subgroup()?;
                Ok(Self { form, point: Point::Weierstrass { raw, point } })
            }
            KeyFormat::X25519 => {
                let u = body.try_into().map_err(|_| Error::KeyEncoding)?;
                x25519::not_small_order(&u)?;
                Ok(Self { form, point: Point::X25519 { u } })
            }
        }
    }

    /// Which key format the key speaks.
    pub fn key_format(&self) -> KeyFormat {
        self.form.key_format()
    }

    /// The form it was read in; a key of ours is raw.
    pub fn form(&self) -> KeyForm {
        self.form
    }

    /// The bare key: 65 bytes (key format W) or 32 (key format X).
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    /// The bare key, borrowed: 65 bytes (key format W) or 32 (key format X).
    pub fn as_bytes(&self) -> &[u8] {
        match &self.point {
            Point::Weierstrass { raw, .. } => raw,
            Point::X25519 { u } => u,
        }
    }

    /// The key in `form`, or nothing if that form belongs to the other key format.
    pub fn encode(&self, form: KeyForm) -> Option<Vec<u8>> {
        (form.key_format() == self.key_format()).then(|| [form.prefix(), self.as_bytes()].concat())
    }

    /// The 309 bytes of the explicit SPKI; nothing for a key of key format X.
    pub fn to_spki_explicit(&self) -> Option<Vec<u8>> {
        self.encode(KeyForm::SpkiExplicit)
    }

    /// The 93 bytes of the SPKI that names its curve; nothing for a key of key format X.
    pub fn to_spki_named(&self) -> Option<Vec<u8>> {
        self.encode(KeyForm::SpkiNamed)
    }

    /// The 44 bytes of the X25519 SPKI; nothing for a key of key format W.
    pub fn to_spki_x25519(&self) -> Option<Vec<u8>> {
        self.encode(KeyForm::X25519Spki)
    }

    pub(crate) fn point(&self) -> &Point {
        &self.point
    }

    /// Whether both keys give the same shared secrets: the same point, or one the negative of the other.
    pub(crate) fn is_reflection_of(&self, own: &Self) -> bool {
        match (&self.point, &own.point) {
            (Point::Weierstrass { raw: one, .. }, Point::Weierstrass { raw: other, .. }) => {
                one[1..33] == other[1..33]
            }
            (Point::X25519 { u: one }, Point::X25519 { u: other }) => x25519::is_same(one, other),
            (Point::Weierstrass { .. }, Point::X25519 { .. })
            | (Point::X25519 { .. }, Point::Weierstrass { .. }) => false,
        }
    }

    pub(crate) fn own_weierstrass(scalar: &Scalar) -> Self {
        let (raw, point) = weierstrass::public_point(scalar);
        Self { form: KeyForm::Raw, point: Point::Weierstrass { raw, point } }
    }

    pub(crate) fn own_x25519(u: [u8; 32]) -> Self {
        Self { form: KeyForm::X25519Raw, point: Point::X25519 { u } }
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.key_format() == other.key_format() && self.as_bytes() == other.as_bytes()
    }
}

impl Eq for PublicKey {}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({}, ‹redacted›)", self.form)
    }
}
