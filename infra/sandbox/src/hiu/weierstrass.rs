//! Key format W: Curve25519 as the short Weierstrass curve y^2 = x^3 + a x + b.
//!
//! Uses Jacobian coordinates (x = X / Z^2, y = Y / Z^3), so each multiplication needs one inversion. All
//! other formulas are the standard ones. Constants: encryption specification, section 2.

use std::sync::LazyLock;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use super::field::{self, P, add, hexadecimal, mul, square, sub, times};

static A: LazyLock<BigUint> = LazyLock::new(|| {
    hexadecimal("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa984914a144")
});
static B: LazyLock<BigUint> = LazyLock::new(|| {
    hexadecimal("7b425ed097b425ed097b425ed097b425ed097b425ed097b4260b5e9c7710c864")
});
/// The order n of the subgroup that the base point generates.
pub(crate) static ORDER: LazyLock<BigUint> = LazyLock::new(|| {
    hexadecimal("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
});
static BASE: LazyLock<Affine> = LazyLock::new(|| Affine {
    x: hexadecimal("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad245a"),
    y: hexadecimal("20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9"),
});

/// A point in affine coordinates. It is never the identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Affine {
    pub(crate) x: BigUint,
    pub(crate) y: BigUint,
}

/// Why 65 bytes are not a valid public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PointError {
    #[error("the point does not start with 04")]
    Form,
    #[error("a coordinate is not below p")]
    NotCanonical,
    #[error("the point is not on the curve")]
    NotOnCurve,
    #[error("the point is outside the subgroup of order n")]
    Subgroup,
}

impl Affine {
    /// Parses `04 || X || Y`, with all checks of section 4 of the encryption specification.
    pub(crate) fn parse(bytes: &[u8; 65]) -> Result<Self, PointError> {
        if bytes[0] != 4 {
            return Err(PointError::Form);
        }
        let point = Self {
            x: BigUint::from_bytes_be(&bytes[1..33]),
            y: BigUint::from_bytes_be(&bytes[33..]),
        };
        if point.x >= *P || point.y >= *P {
            return Err(PointError::NotCanonical);
        }
        let cubic = add(&mul(&point.x, &add(&square(&point.x), &A)), &B);
        if square(&point.y) != cubic {
            return Err(PointError::NotOnCurve);
        }
        match point.times(&ORDER) {
            None => Ok(point),
            Some(_) => Err(PointError::Subgroup),
        }
    }

    /// `04 || X || Y`, each coordinate padded to 32 bytes.
    pub(crate) fn to_bytes(&self) -> [u8; 65] {
        let mut bytes = [4; 65];
        bytes[1..33].copy_from_slice(&field::to_big_endian(&self.x));
        bytes[33..].copy_from_slice(&field::to_big_endian(&self.y));
        bytes
    }

    /// `scalar` times this point; `None` if the result is the identity.
    pub(crate) fn times(&self, scalar: &BigUint) -> Option<Self> {
        let mut sum = Jacobian::identity();
        for bit in (0..scalar.bits()).rev() {
            sum = sum.double();
            if scalar.bit(bit) {
                sum = sum.plus(&Jacobian::from(self));
            }
        }
        sum.to_affine()
    }
}

/// The public key of a private scalar in 1..n-1.
pub(crate) fn public_point(scalar: &BigUint) -> Affine {
    BASE.times(scalar).expect("the base point has order n, and the scalar lies below it")
}

struct Jacobian {
    x: BigUint,
    y: BigUint,
    z: BigUint,
}

impl From<&Affine> for Jacobian {
    fn from(point: &Affine) -> Self {
        Self { x: point.x.clone(), y: point.y.clone(), z: BigUint::one() }
    }
}

impl Jacobian {
    fn identity() -> Self {
        Self { x: BigUint::one(), y: BigUint::one(), z: BigUint::zero() }
    }

    fn double(&self) -> Self {
        if self.z.is_zero() || self.y.is_zero() {
            return Self::identity();
        }
        let y_squared = square(&self.y);
        let chord = times(4, &mul(&self.x, &y_squared));
        let slope = add(&times(3, &square(&self.x)), &mul(&A, &square(&square(&self.z))));
        let x = sub(&square(&slope), &times(2, &chord));
        let y = sub(&mul(&slope, &sub(&chord, &x)), &times(8, &square(&y_squared)));
        let z = times(2, &mul(&self.y, &self.z));
        Self { x, y, z }
    }

    fn plus(&self, other: &Self) -> Self {
        if self.z.is_zero() {
            return Self { x: other.x.clone(), y: other.y.clone(), z: other.z.clone() };
        }
        if other.z.is_zero() {
            return Self { x: self.x.clone(), y: self.y.clone(), z: self.z.clone() };
        }
        let (z1_squared, z2_squared) = (square(&self.z), square(&other.z));
        let u1 = mul(&self.x, &z2_squared);
        let u2 = mul(&other.x, &z1_squared);
        let s1 = mul(&self.y, &mul(&z2_squared, &other.z));
        let s2 = mul(&other.y, &mul(&z1_squared, &self.z));
        if u1 == u2 {
            return if s1 == s2 { self.double() } else { Self::identity() };
        }
        let width = sub(&u2, &u1);
        let height = sub(&s2, &s1);
        let width_squared = square(&width);
        let width_cubed = mul(&width_squared, &width);
        let start = mul(&u1, &width_squared);
        let x = sub(&sub(&square(&height), &width_cubed), &times(2, &start));
        let y = sub(&mul(&height, &sub(&start, &x)), &mul(&s1, &width_cubed));
        let z = mul(&width, &mul(&self.z, &other.z));
        Self { x, y, z }
    }

    fn to_affine(&self) -> Option<Affine> {
        if self.z.is_zero() {
            return None;
        }
        let inverse = field::invert(&self.z);
        let inverse_squared = square(&inverse);
        Some(Affine {
            x: mul(&self.x, &inverse_squared),
            y: mul(&self.y, &mul(&inverse_squared, &inverse)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(x: &str, y: &str) -> [u8; 65] {
        Affine { x: hexadecimal(x), y: hexadecimal(y) }.to_bytes()
    }

    #[test]
    fn the_base_point_is_a_valid_key() {
        assert_eq!(Affine::parse(&BASE.to_bytes()), Ok(BASE.clone()));
    }

    #[test]
    fn n_minus_one_times_the_base_point_is_its_mirror() {
        let mirror = public_point(&(&*ORDER - BigUint::one()));
        assert_eq!(mirror.x, BASE.x);
        assert_eq!(add(&mirror.y, &BASE.y), BigUint::zero());
    }

    #[test]
    fn points_of_small_order_are_refused() {
        let order_2 =
            point("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad2451", "0");
        let order_4 = point(
            "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad2452",
            "141b0b6806563d503de05885280b59109ca5ee38d7b56c9c165db7106377bbd8",
        );
        let order_8 = point(
            "2b62f409c0b00d31a85bdd479637b485156f4a9ca58e00c15962ebe627281031",
            "3931c129569e83a529482c14e628b457933bfc29ed801b4d6887148392507b1a",
        );
        for bytes in [order_2, order_4, order_8] {
            assert_eq!(Affine::parse(&bytes), Err(PointError::Subgroup));
        }
    }

    #[test]
    fn coordinates_must_be_reduced_and_fit_the_curve() {
        let mut swapped = BASE.to_bytes();
        swapped[1..].rotate_left(32);
        assert_eq!(Affine::parse(&swapped), Err(PointError::NotOnCurve));
        let mut large = BASE.to_bytes();
        large[1..33].fill(0xff);
        assert_eq!(Affine::parse(&large), Err(PointError::NotCanonical));
    }
}
