//! A new key pair and nonce of the HIU, in a given key format.

use num_bigint::BigUint;
use num_traits::One;

use super::decrypt::PrivateKey;
use super::key_form::{self, KeyFormat};
use super::{montgomery, weierstrass};
use crate::run::draw::Draw;

/// Keys of the HIU for one request.
#[derive(Clone)]
pub(crate) struct KeyPair {
    pub(crate) key_format: KeyFormat,
    pub(crate) private: PrivateKey,
    /// `dhPublicKey.keyValue`
    pub(crate) key_value: String,
    pub(crate) nonce: [u8; 32],
}

impl KeyPair {
    pub(crate) fn draw(draw: &Draw, key_format: KeyFormat) -> Self {
        let nonce = draw.bytes();
        if !key_format.is_weierstrass() {
            let scalar: [u8; 32] = draw.bytes();
            let key_value = key_form::write(key_format, &montgomery::public_key(scalar));
            return Self { key_format, private: PrivateKey::Montgomery(scalar), key_value, nonce };
        }
        // Twice the length of n, so the remainder is practically uniform. The scalar is in 1..n-1, never zero.
        let wide: [u8; 64] = draw.bytes();
        let below = &*weierstrass::ORDER - BigUint::one();
        let scalar = BigUint::from_bytes_be(&wide) % below + BigUint::one();
        let point = weierstrass::public_point(&scalar);
        let key_value = key_form::write(key_format, &point.to_bytes());
        Self { key_format, private: PrivateKey::Weierstrass(scalar), key_value, nonce }
    }
}
