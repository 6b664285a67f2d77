//! Key format X: X25519 of RFC 7748, on 32 little-endian bytes.

use curve25519_dalek::montgomery::MontgomeryPoint;
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use crate::Error;
use crate::field::Field;

/// The u coordinates of all points whose order divides 8, on the curve and on its twist.
///
/// Source: RFC 7748, section 6.1 asks to refuse them by their result; the list lets a parser refuse
/// them before any key of ours exists. 0, 1 and -1, then the two of order 8.
const SMALL_ORDER: [Field; 5] = [
    Field::ZERO,
    Field::ONE,
    Field::constant("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
    Field::constant("00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0"),
    Field::constant("57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5f"),
];

/// Refuse points of small order. Every other 32 bytes are a key; the top bit is ignored.
pub(crate) fn not_small_order(u: &[u8; 32]) -> Result<(), Error> {
    let u = Field::from_le(u);
    if SMALL_ORDER.iter().any(|small| small.equals(u)) { Err(Error::SmallOrder) } else { Ok(()) }
}

/// Whether two encodings mean the same u.
pub(crate) fn is_same(one: &[u8; 32], other: &[u8; 32]) -> bool {
    Field::from_le(one).equals(Field::from_le(other))
}

/// The X25519 function. An all-zero result is refused, as RFC 7748 section 6.1 allows.
pub(crate) fn shared_secret(
    private: &[u8; 32],
    peer: &[u8; 32],
) -> Result<Zeroizing<[u8; 32]>, Error> {
    let product = Zeroizing::new(MontgomeryPoint(*peer).mul_clamped(*private));
    if bool::from(product.as_bytes().ct_eq(&[0; 32])) {
        return Err(Error::SmallOrder);
    }
    Ok(Zeroizing::new(product.to_bytes()))
}

/// The public key of 32 private bytes.
pub(crate) fn public_point(private: &[u8; 32]) -> [u8; 32] {
    MontgomeryPoint::mul_base_clamped(*private).to_bytes()
}
