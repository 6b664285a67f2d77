//! The kinds of work that are measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

use abdm_fidelius::{KeyFormat, Nonce, PeerMaterial, PrivateKey, SealOnce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;

use super::baseline::{self, Peer};

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// AES-256-GCM and base64 alone, including key setup and randomness.
    Encrypt,
    /// One ECDH with a new key.
    Agree,
    /// MD5 alone, the checksum of the protocol.
    Checksum,
    /// Our exchange alone: key, nonce, secret, session key, key material.
    Exchange,
    /// The full seal: exchange, checksum, ciphertext and base64.
    Full,
}

impl Work {
    pub(super) const ALL: [Self; 5] =
        [Self::Encrypt, Self::Agree, Self::Checksum, Self::Exchange, Self::Full];
}

/// The input of the work.
pub(super) struct Workload {
    plaintext: Vec<u8>,
    peer: Peer,
    /// Checked once, as for a request of many pages.
    material: PeerMaterial,
}

impl Workload {
    pub(super) fn new(size: usize, key_format: KeyFormat) -> Self {
        Self {
            plaintext: (0_u8..=255).cycle().take(size).collect(),
            peer: Peer::fresh(key_format),
            material: material(key_format),
        }
    }

    pub(super) fn time(&self, work: Work) -> Duration {
        let plaintext = black_box(self.plaintext.as_slice());
        match work {
            Work::Encrypt => timed(|| baseline::encrypt(plaintext)),
            Work::Agree => timed(|| self.peer.agree()),
            Work::Checksum => timed(|| baseline::checksum(plaintext)),
            Work::Exchange => timed(|| SealOnce::new(&self.material)),
            Work::Full => timed(|| {
                let exchange = SealOnce::new(&self.material).expect(CHECKED);
                let page = exchange.seal(plaintext);
                let checksum = page.checksum.clone();
                (checksum, page.into_content())
            }),
        }
    }
}

const CHECKED: &str = "the peer's key was checked and the system has randomness";

/// Returns the duration of the work. The result is dropped after the time was taken.
fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let begun_at = Instant::now();
    let result = black_box(work());
    let took = begun_at.elapsed();
    drop(result);
    took
}

/// Key material of a requester, checked as for a request.
fn material(key_format: KeyFormat) -> PeerMaterial {
    let key = PrivateKey::fresh(key_format).expect("the system has randomness").public_key();
    let nonce = Nonce::fresh().expect("the system has randomness").to_base64();
    let key = STANDARD.encode(key.as_bytes());
    PeerMaterial::parse("ECDH", "Curve25519", &key, &nonce, "9999-12-31", DateTime::UNIX_EPOCH)
        .expect("a key of ours is good")
}
