//! Key format W: Curve25519 in short Weierstrass form, worked on the equivalent Edwards curve.
//!
//! y^2 = x^3 + a x + b becomes v^2 = u^3 + A u^2 + u by u = x - A/3, v = y, and that one becomes the
//! Edwards curve of Ed25519 by X = c u / v, Y = (u - 1) / (u + 1). The choice of c sends the generator
//! of the one curve to the base point of the other, so the signs of public keys come out right.

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use zeroize::{Zeroize as _, Zeroizing};

use crate::Error;
use crate::field::{Field, reversed};

/// `04 || X || Y`, both coordinates big-endian.
pub(crate) type RawPoint = [u8; 65];

/// A third of the Montgomery coefficient: the distance between x and u.
const A_THIRD: Field =
    Field::constant("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad2451");
/// The Montgomery coefficient.
const A: Field = Field::small(486_662);
/// The square root of -1 that is X of the point of order 4 used below.
const SQRT_MINUS_ONE: Field =
    Field::constant("2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0");
/// The odd square root of -486664.
const C: Field =
    Field::constant("70d9120b9f5ff9442d84f723fc03b0813a5e2c2eb482e57d3391fb5500ba81e7");

/// Montgomery coordinates that are known to be reduced, but not yet to be on the curve.
pub(crate) struct Coordinates {
    u: Field,
    v: Field,
}

impl Coordinates {
    /// Read both coordinates; each must be below the prime.
    pub(crate) fn canonical(raw: &RawPoint) -> Result<Self, Error> {
        let (x, y) = raw[1..].split_at(32);
        let coordinate = |bytes: &[u8]| {
            let bytes = bytes.try_into().expect("65 bytes less the first are twice 32");
            Field::from_canonical_be(bytes).ok_or(Error::NotCanonical)
        };
        Ok(Self { u: coordinate(x)?.sub(A_THIRD), v: coordinate(y)? })
    }

    /// Check v^2 = u (u^2 + A u + 1), which is the Weierstrass equation after the change of x.
    pub(crate) fn on_curve(self) -> Result<Self, Error> {
        let Self { u, v } = self;
        let right = u.mul(u.mul(u.add(A)).add(Field::ONE));
        if v.square().equals(right) { Ok(self) } else { Err(Error::NotOnCurve) }
    }

    /// Check that the point generates the group of prime order.
    ///
    /// The sign is dropped: Q and -Q have the same order and the same shared secrets.
    pub(crate) fn in_subgroup(&self) -> Result<EdwardsPoint, Error> {
        let point = MontgomeryPoint(self.u.to_le()).to_edwards(0).ok_or(Error::NotOnCurve)?;
        if point.is_small_order() {
            Err(Error::SmallOrder)
        } else if !point.is_torsion_free() {
            Err(Error::MixedOrder)
        } else {
            Ok(point)
        }
    }
}

/// X of `scalar` times `peer`, 32 bytes big-endian, leading zeros kept.
pub(crate) fn shared_secret(
    scalar: &Scalar,
    peer: &EdwardsPoint,
) -> Result<Zeroizing<[u8; 32]>, Error> {
    let product = Zeroizing::new(peer * scalar);
    // Can't happen for a checked point and a scalar in 1..n; kept because the price is nothing.
    if product.is_identity() {
        return Err(Error::SmallOrder);
    }
    let montgomery = Zeroizing::new(product.to_montgomery());
    let mut u = Field::from_le(montgomery.as_bytes());
    let mut x = u.add(A_THIRD);
    let secret = Zeroizing::new(x.to_be());
    u.zeroize();
    x.zeroize();
    Ok(secret)
}

/// The public key of a scalar in `1..n`, on the wire's curve and on ours.
pub(crate) fn public_point(scalar: &Scalar) -> (RawPoint, EdwardsPoint) {
    let point = EdwardsPoint::mul_base(scalar);
    // The compressed form of a point holds Y alone. Adding the point (i, 0), i^2 = -1, sends (X, Y) to
    // (i Y, i X): a second Y, and with it X, without a square root.
    let turned = point + EIGHT_TORSION[6];
    let [y, i_times_x] = EdwardsPoint::compress_batch(&[point, turned])
        .map(|compressed| Field::from_le(compressed.as_bytes()));
    let x = Field::ZERO.sub(i_times_x.mul(SQRT_MINUS_ONE));

    // Neither 1 - Y nor X is zero: only the identity and the point of order 2 have that.
    let inverse = Field::ONE.sub(y).mul(x).invert();
    let scaled = Field::ONE.add(y).mul(inverse);
    let mut raw = [4; 65];
    raw[1..33].copy_from_slice(&scaled.mul(x).add(A_THIRD).to_be());
    raw[33..].copy_from_slice(&C.mul(scaled).to_be());
    (raw, point)
}

/// A scalar from 32 big-endian bytes; it must be in `1..n` and is never reduced.
pub(crate) fn scalar_from_be(bytes: &[u8; 32]) -> Result<Zeroizing<Scalar>, Error> {
    let little_endian = Zeroizing::new(reversed(bytes));
    Option::<Scalar>::from(Scalar::from_canonical_bytes(*little_endian))
        .map(Zeroizing::new)
        .filter(|scalar| **scalar != Scalar::ZERO)
        .ok_or(Error::PrivateKeyRange)
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
