//! Arithmetic modulo p = 2^255 - 19, with the textbook formulas.
//!
//! It does not run in constant time, because the simulator's keys protect no real record.

use std::sync::LazyLock;

use num_bigint::BigUint;
use num_traits::One;

/// The prime 2^255 - 19.
pub(crate) static P: LazyLock<BigUint> =
    LazyLock::new(|| (BigUint::one() << 255_u32) - BigUint::from(19_u32));

/// Parses a hexadecimal integer.
pub(crate) fn hexadecimal(text: &str) -> BigUint {
    BigUint::parse_bytes(text.as_bytes(), 16).expect("a constant written in hexadecimal")
}

pub(crate) fn add(a: &BigUint, b: &BigUint) -> BigUint {
    (a + b) % &*P
}

/// `a - b`. Both must be below p.
pub(crate) fn sub(a: &BigUint, b: &BigUint) -> BigUint {
    (a + &*P - b) % &*P
}

pub(crate) fn mul(a: &BigUint, b: &BigUint) -> BigUint {
    (a * b) % &*P
}

pub(crate) fn square(a: &BigUint) -> BigUint {
    mul(a, a)
}

/// `a` times a small factor.
pub(crate) fn times(factor: u32, a: &BigUint) -> BigUint {
    (a * factor) % &*P
}

/// The inverse by Fermat's little theorem. The inverse of zero is zero.
pub(crate) fn invert(a: &BigUint) -> BigUint {
    a.modpow(&(&*P - BigUint::from(2_u32)), &P)
}

/// 32 bytes, most significant first. `a` must be below 2^256.
pub(crate) fn to_big_endian(a: &BigUint) -> [u8; 32] {
    let bytes = a.to_bytes_be();
    let mut padded = [0; 32];
    padded[32 - bytes.len()..].copy_from_slice(&bytes);
    padded
}

/// 32 bytes, least significant first. `a` must be below 2^256.
pub(crate) fn to_little_endian(a: &BigUint) -> [u8; 32] {
    let mut bytes = to_big_endian(a);
    bytes.reverse();
    bytes
}
