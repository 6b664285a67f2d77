use crypto_bigint::U256;
use proptest::prelude::*;

use super::reference::{self, ORDER, add, be, encode, generator, multiply};
use super::{Coordinates, public_point, scalar_from_be, shared_secret};
use crate::Error;

/// Compare both implementations for one pair of scalars.
#[track_caller]
fn agrees(own: &U256, peer: &U256) {
    let own_scalar = scalar_from_be(&be(own)).unwrap();
    let peer_point = multiply(peer, generator());
    let (raw, _) = public_point(&own_scalar);
    assert_eq!(raw, encode(multiply(own, generator())));

    let checked = Coordinates::canonical(&encode(peer_point)).unwrap().on_curve().unwrap();
    let secret = shared_secret(&own_scalar, &checked.in_subgroup().unwrap()).unwrap();
    assert_eq!(secret.as_slice(), &encode(multiply(own, peer_point))[1..33]);
}

fn small(value: u64) -> U256 {
    U256::from(value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn edwards_arithmetic_gives_what_the_textbook_gives(own: [u8; 32], peer: [u8; 32]) {
        agrees(&reference::scalar(&own), &reference::scalar(&peer));
    }

    #[test]
    fn a_scalar_is_taken_only_between_one_and_the_order(bytes: [u8; 32]) {
        let is_in_range = U256::from_be_slice(&bytes) < ORDER && bytes != [0; 32];
        prop_assert_eq!(scalar_from_be(&bytes).is_ok(), is_in_range);
    }

    #[test]
    fn a_random_point_is_hardly_ever_on_the_curve(mut raw in proptest::array::uniform32(any::<u8>())) {
        let mut point = [4; 65];
        raw[0] &= 0x3f;
        point[1..33].copy_from_slice(&raw);
        point[33..].copy_from_slice(&raw);
        let outcome = Coordinates::canonical(&point).unwrap().on_curve();
        prop_assert_eq!(outcome.err(), Some(Error::NotOnCurve));
    }
}

#[test]
fn the_first_and_last_scalars_work() {
    let last = ORDER.wrapping_sub(&U256::ONE);
    let edges = [small(1), small(2), last.wrapping_sub(&U256::ONE), last];
    for own in edges {
        for peer in edges {
            agrees(&own, &peer);
        }
    }
}

#[test]
fn the_generator_is_the_key_of_one() {
    let one = scalar_from_be(&be(&U256::ONE)).unwrap();
    assert_eq!(public_point(&one).0, encode(generator()));
}

#[test]
fn the_reference_is_on_its_own_curve() {
    let (x, y) = multiply(&small(7), generator()).unwrap();
    assert_eq!(y.square(), x.square() * x + reference::a() * x + reference::b());
    assert_eq!(multiply(&ORDER, generator()), None);
}

#[test]
fn leading_zero_bytes_of_coordinates_and_secrets_stay() {
    // k G for small k: walk until each kind has been seen. The secret of 1 with k is X of k G.
    let one = U256::ONE;
    let (mut x_seen, mut y_seen) = (0, 0);
    let mut point = generator();
    for k in 2..2000 {
        point = add(point, generator());
        let raw = encode(point);
        x_seen += i32::from(raw[1] == 0);
        y_seen += i32::from(raw[33] == 0);
        if raw[1] == 0 || raw[33] == 0 {
            agrees(&one, &small(k));
            agrees(&small(k), &one);
        }
    }
    assert!(x_seen > 0 && y_seen > 0, "{x_seen} {y_seen}");
}
