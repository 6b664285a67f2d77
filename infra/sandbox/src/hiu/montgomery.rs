//! Key format X: X25519, with the ladder of RFC 7748 section 5.

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::field::{self, P, add, mul, square, sub};

/// The u coordinate of the base point.
const BASE: u32 = 9;
/// (A - 2) / 4 for A = 486662.
const A24: u32 = 121_665;

/// Clamps a scalar (RFC 7748): it becomes a multiple of 8 between 2^254 and 2^255.
pub(crate) fn clamp(mut scalar: [u8; 32]) -> [u8; 32] {
    scalar[0] &= 0b1111_1000;
    scalar[31] &= 0b0111_1111;
    scalar[31] |= 0b0100_0000;
    scalar
}

/// X25519 of a scalar and a u coordinate, both 32 bytes little-endian.
///
/// The scalar is clamped here. `None` if the result is zero, which happens for each point of small
/// order (RFC 7748 section 6.1).
pub(crate) fn x25519(scalar: [u8; 32], u: [u8; 32]) -> Option<[u8; 32]> {
    let k = BigUint::from_bytes_le(&clamp(scalar));
    let mut masked = u;
    masked[31] &= 0b0111_1111;
    let result = ladder(&k, &(BigUint::from_bytes_le(&masked) % &*P));
    (!result.is_zero()).then(|| field::to_little_endian(&result))
}

/// The public key of a private scalar, 32 bytes little-endian.
pub(crate) fn public_key(scalar: [u8; 32]) -> [u8; 32] {
    let result = ladder(&BigUint::from_bytes_le(&clamp(scalar)), &BigUint::from(BASE));
    field::to_little_endian(&result)
}

fn ladder(k: &BigUint, x1: &BigUint) -> BigUint {
    let (mut x2, mut z2) = (BigUint::one(), BigUint::zero());
    let (mut x3, mut z3) = (x1.clone(), BigUint::one());
    let mut swapped = false;
    for bit in (0..255).rev() {
        let set = k.bit(bit);
        if set != swapped {
            std::mem::swap(&mut x2, &mut x3);
            std::mem::swap(&mut z2, &mut z3);
        }
        swapped = set;

        let a = add(&x2, &z2);
        let aa = square(&a);
        let b = sub(&x2, &z2);
        let bb = square(&b);
        let e = sub(&aa, &bb);
        let da = mul(&sub(&x3, &z3), &a);
        let cb = mul(&add(&x3, &z3), &b);
        x3 = square(&add(&da, &cb));
        z3 = mul(x1, &square(&sub(&da, &cb)));
        x2 = mul(&aa, &bb);
        z2 = mul(&e, &add(&aa, &field::times(A24, &e)));
    }
    if swapped {
        std::mem::swap(&mut x2, &mut x3);
        std::mem::swap(&mut z2, &mut z3);
    }
    mul(&x2, &field::invert(&z2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hexadecimal: &str) -> [u8; 32] {
        let mut bytes = [0; 32];
        hex::decode_to_slice(hexadecimal, &mut bytes).expect("32 bytes");
        bytes
    }

    /// RFC 7748 section 5.2, first vector.
    #[test]
    fn the_function_agrees_with_the_rfc() {
        let output = x25519(
            bytes("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
            bytes("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"),
        );
        let expected = bytes("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
        assert_eq!(output, Some(expected));
    }

    /// RFC 7748 section 6.1, from Bob's side.
    #[test]
    fn the_agreement_reaches_the_secret_of_the_rfc() {
        let bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let public = bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
        assert_eq!(public_key(bob), public);
        let alice = bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        let secret = bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assert_eq!(x25519(bob, alice), Some(secret));
    }

    #[test]
    fn a_point_of_small_order_gives_nothing() {
        assert_eq!(x25519([7; 32], [0; 32]), None);
    }
}
