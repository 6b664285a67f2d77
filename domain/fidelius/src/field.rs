//! GF(2^255 - 19): the little arithmetic that coordinate changes need.
//!
//! A thin wrapper over machine-checked code. Every operation is constant time; only
//! [`Field::from_canonical_be`] and [`Field::equals`] branch, and they see public values only.

use fiat_crypto::curve25519_64 as fiat;
use zeroize::Zeroize;

/// The field prime, 2^255 - 19, big-endian.
pub(crate) const PRIME_BE: [u8; 32] =
    be_bytes("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

/// A field element with carried limbs.
#[derive(Clone, Copy)]
pub(crate) struct Field(fiat::fiat_25519_tight_field_element);

impl Field {
    pub(crate) const ZERO: Self = Self::small(0);
    pub(crate) const ONE: Self = Self::small(1);

    /// Read a published constant, 64 hexadecimal digits, big-endian. Meant for `const` items.
    pub(crate) const fn constant(hex: &str) -> Self {
        Self::from_le(&reversed(&be_bytes(hex)))
    }

    /// A small number as a field element.
    pub(crate) const fn small(value: u32) -> Self {
        let [a, b, c, d] = value.to_le_bytes();
        let mut bytes = [0; 32];
        bytes[0] = a;
        bytes[1] = b;
        bytes[2] = c;
        bytes[3] = d;
        Self::from_le(&bytes)
    }

    /// Read 32 little-endian bytes as RFC 7748 does: the top bit is ignored, the rest is reduced.
    pub(crate) const fn from_le(bytes: &[u8; 32]) -> Self {
        let mut masked = *bytes;
        masked[31] &= 0x7f;
        let mut out = fiat::fiat_25519_tight_field_element([0; 5]);
        fiat::fiat_25519_from_bytes(&mut out, &masked);
        Self(out)
    }

    /// Read 32 big-endian bytes, or nothing if they aren't below the prime. Public values only.
    pub(crate) fn from_canonical_be(bytes: &[u8; 32]) -> Option<Self> {
        (*bytes < PRIME_BE).then(|| Self::from_le(&reversed(bytes)))
    }

    /// The canonical 32 bytes, little-endian.
    pub(crate) const fn to_le(self) -> [u8; 32] {
        let mut out = [0; 32];
        fiat::fiat_25519_to_bytes(&mut out, &self.0);
        out
    }

    /// The canonical 32 bytes, big-endian.
    pub(crate) const fn to_be(self) -> [u8; 32] {
        reversed(&self.to_le())
    }

    pub(crate) const fn add(self, other: Self) -> Self {
        let mut sum = fiat::fiat_25519_loose_field_element([0; 5]);
        fiat::fiat_25519_add(&mut sum, &self.0, &other.0);
        Self::carry(&sum)
    }

    pub(crate) const fn sub(self, other: Self) -> Self {
        let mut difference = fiat::fiat_25519_loose_field_element([0; 5]);
        fiat::fiat_25519_sub(&mut difference, &self.0, &other.0);
        Self::carry(&difference)
    }

    pub(crate) const fn mul(self, other: Self) -> Self {
        let mut out = fiat::fiat_25519_tight_field_element([0; 5]);
        fiat::fiat_25519_carry_mul(&mut out, &self.relaxed(), &other.relaxed());
        Self(out)
    }

    pub(crate) const fn square(self) -> Self {
        let mut out = fiat::fiat_25519_tight_field_element([0; 5]);
        fiat::fiat_25519_carry_square(&mut out, &self.relaxed());
        Self(out)
    }

    /// The inverse, self^(p-2); zero stays zero.
    pub(crate) const fn invert(self) -> Self {
        let second = self.square();
        let ninth = second.squared_times(2).mul(self);
        let eleventh = ninth.mul(second);
        // ones_k is self^(2^k - 1), an exponent of k one bits.
        let ones_5 = eleventh.square().mul(ninth);
        let ones_10 = ones_5.squared_times(5).mul(ones_5);
        let ones_20 = ones_10.squared_times(10).mul(ones_10);
        let ones_40 = ones_20.squared_times(20).mul(ones_20);
        let ones_50 = ones_40.squared_times(10).mul(ones_10);
        let ones_100 = ones_50.squared_times(50).mul(ones_50);
        let ones_200 = ones_100.squared_times(100).mul(ones_100);
        ones_200.squared_times(50).mul(ones_50).squared_times(5).mul(eleventh)
    }

    /// Whether both are the same element. Public values only.
    pub(crate) fn equals(self, other: Self) -> bool {
        self.to_le() == other.to_le()
    }

    const fn carry(loose: &fiat::fiat_25519_loose_field_element) -> Self {
        let mut out = fiat::fiat_25519_tight_field_element([0; 5]);
        fiat::fiat_25519_carry(&mut out, loose);
        Self(out)
    }

    const fn relaxed(self) -> fiat::fiat_25519_loose_field_element {
        let mut out = fiat::fiat_25519_loose_field_element([0; 5]);
        fiat::fiat_25519_relax(&mut out, &self.0);
        out
    }

    /// self^(2^count).
    const fn squared_times(self, count: usize) -> Self {
        let mut out = self;
        let mut done = 0;
        while done < count {
            out = out.square();
            done += 1;
        }
        out
    }
}

impl Zeroize for Field {
    fn zeroize(&mut self) {
        self.0.0.zeroize();
    }
}

/// The same bytes back to front.
pub(crate) const fn reversed(bytes: &[u8; 32]) -> [u8; 32] {
    let mut out = [0; 32];
    let mut at = 0;
    while at < 32 {
        out[at] = bytes[31 - at];
        at += 1;
    }
    out
}

/// Published constants stay in the notation they are published in.
const fn be_bytes(hex: &str) -> [u8; 32] {
    let hex = hex.as_bytes();
    assert!(hex.len() == 64, "a field constant has 64 digits");
    let mut out = [0; 32];
    let mut at = 0;
    while at < 32 {
        out[at] = digit(hex[2 * at]) * 16 + digit(hex[2 * at + 1]);
        at += 1;
    }
    out
}

const fn digit(character: u8) -> u8 {
    match character {
        b'0'..=b'9' => character - b'0',
        b'a'..=b'f' => character - b'a' + 10,
        _ => panic!("a field constant is written in lower-case hexadecimal"),
    }
}
