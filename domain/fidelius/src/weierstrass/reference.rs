//! The curve as a textbook has it: affine points, double and add, over an unrelated integer library.
//!
//! Written from the published parameters alone; it knows nothing of Montgomery or Edwards coordinates.

use crypto_bigint::modular::ConstMontyForm;
use crypto_bigint::{NonZero, U256, const_monty_params};

const_monty_params!(
    Prime,
    U256,
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
    "the field prime"
);

pub(super) type Element = ConstMontyForm<Prime, { U256::LIMBS }>;

/// The order of the group.
pub(super) const ORDER: U256 =
    U256::from_be_hex("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");

/// An affine point, or nothing for the point at infinity.
pub(super) type Point = Option<(Element, Element)>;

fn element(hex: &str) -> Element {
    Element::new(&U256::from_be_hex(hex))
}

pub(super) fn a() -> Element {
    element("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa984914a144")
}

pub(super) fn b() -> Element {
    element("7b425ed097b425ed097b425ed097b425ed097b425ed097b4260b5e9c7710c864")
}

#[expect(clippy::unnecessary_wraps, reason = "a point like any other")]
pub(super) fn generator() -> Point {
    Some((
        element("2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad245a"),
        element("20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9"),
    ))
}

pub(super) fn add(one: Point, other: Point) -> Point {
    let ((x1, y1), (x2, y2)) = match (one, other) {
        (None, point) | (point, None) => return point,
        (Some(one), Some(other)) => (one, other),
    };
    let slope = if x1 != x2 {
        (y2 - y1) * (x2 - x1).invert().unwrap()
    } else if y1 == y2 && y1 != Element::ZERO {
        (x1.square() * Element::new(&U256::from(3_u8)) + a()) * y1.double().invert().unwrap()
    } else {
        return None;
    };
    let x3 = slope.square() - x1 - x2;
    Some((x3, slope * (x1 - x3) - y1))
}

pub(super) fn multiply(scalar: &U256, point: Point) -> Point {
    let mut sum = None;
    for bit in (0..256).rev() {
        sum = add(sum, sum);
        if bool::from(scalar.bit(bit)) {
            sum = add(sum, point);
        }
    }
    sum
}

/// A scalar in `1..n` from any 32 bytes.
pub(super) fn scalar(bytes: &[u8; 32]) -> U256 {
    let order_less_one = NonZero::new(ORDER.wrapping_sub(&U256::ONE)).unwrap();
    U256::from_be_slice(bytes).rem(&order_less_one).wrapping_add(&U256::ONE)
}

pub(super) fn encode(point: Point) -> [u8; 65] {
    let (x, y) = point.expect("infinity has no encoding");
    let mut raw = [4; 65];
    raw[1..33].copy_from_slice(&be(&x.retrieve()));
    raw[33..].copy_from_slice(&be(&y.retrieve()));
    raw
}

pub(super) fn be(value: &U256) -> [u8; 32] {
    value.to_be_bytes().into()
}
