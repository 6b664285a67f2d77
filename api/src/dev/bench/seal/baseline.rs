//! The necessary work of sealing, done with the libraries alone and without code of this project.

use abdm_fidelius::KeyFormat;
use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use curve25519_dalek::montgomery::MontgomeryPoint;
use curve25519_dalek::{EdwardsPoint, Scalar};
use md5::{Digest as _, Md5};
use rand::TryRng as _;
use rand::rngs::SysRng;

/// AES-256-GCM with a new key and nonce, then base64.
pub(super) fn encrypt(plaintext: &[u8]) -> String {
    let (key, nonce): ([u8; 32], [u8; 12]) = (random(), random());
    let cipher = Aes256Gcm::new(&key.into());
    let sealed = cipher.encrypt(&nonce.into(), plaintext).expect("a page is far below 64 GiB");
    STANDARD.encode(sealed)
}

/// The checksum that the data push requires, in hexadecimal digits.
pub(super) fn checksum(plaintext: &[u8]) -> String {
    hex::encode(Md5::digest(plaintext))
}

/// The public key of the other side, as a point of the group that its key format uses.
pub(super) enum Peer {
    Weierstrass(EdwardsPoint),
    X25519(MontgomeryPoint),
}

impl Peer {
    pub(super) fn fresh(key_format: KeyFormat) -> Self {
        match key_format {
            KeyFormat::Weierstrass => Self::Weierstrass(EdwardsPoint::mul_base(&scalar())),
            KeyFormat::X25519 => Self::X25519(MontgomeryPoint::mul_base_clamped(random())),
        }
    }

    /// One ECDH: a new key pair, and the secret that it shares with this peer.
    ///
    /// In key format W, our public key and the secret are converted to the coordinates of the Montgomery
    /// curve, which costs one division each. From there, the coordinates that are sent differ only by a shift.
    pub(super) fn agree(&self) -> ([u8; 32], [u8; 32]) {
        match self {
            Self::Weierstrass(peer) => {
                let private = scalar();
                let public = EdwardsPoint::mul_base(&private).to_montgomery();
                (public.to_bytes(), (peer * private).to_montgomery().to_bytes())
            }
            Self::X25519(peer) => {
                let private = random();
                let public = MontgomeryPoint::mul_base_clamped(private);
                (public.to_bytes(), peer.mul_clamped(private).to_bytes())
            }
        }
    }
}

fn scalar() -> Scalar {
    Scalar::from_bytes_mod_order_wide(&random())
}

fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    SysRng.try_fill_bytes(&mut bytes).expect("the operating system has randomness");
    bytes
}
