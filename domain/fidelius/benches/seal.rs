//! What sealing costs beside the encryption and the base64 that nobody can avoid.
//!
//! `cargo bench -p abdm-fidelius`. Prints the median of many runs in microseconds; MD5, which the
//! protocol asks for and which is slower than everything else together, stands on its own line.
#![expect(clippy::unwrap_used, reason = "a benchmark stops where it fails")]
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use abdm_fidelius::{KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce};
use aes_gcm::aead::Aead as _;
use aes_gcm::{Aes256Gcm, KeyInit as _};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use curve25519_dalek::{EdwardsPoint, Scalar};
use md5::{Digest as _, Md5};

fn main() {
    for key_format in [KeyFormat::Weierstrass, KeyFormat::X25519] {
        let peer_text =
            STANDARD.encode(PrivateKey::fresh(key_format).unwrap().public_key().as_bytes());
        let peer = material(&peer_text);
        report(&format!("check a peer key, {key_format}"), || PublicKey::parse(&peer_text));
        report(&format!("new exchange, {key_format}"), || SealOnce::new(&peer));
    }
    let scalar = Scalar::from_bytes_mod_order([7; 32]);
    let point = EdwardsPoint::mul_base(&scalar);
    report("one ECDH, Edwards product", || (black_box(point) * scalar).to_montgomery());

    let peer_text =
        STANDARD.encode(PrivateKey::fresh(KeyFormat::Weierstrass).unwrap().public_key().as_bytes());
    let peer = material(&peer_text);
    for (size, round_count) in [(10_000, 2000), (1_000_000, 400)] {
        let plaintext: Vec<u8> = (0_u8..=255).cycle().take(size).collect();
        let (mut alone, mut md5, mut seal) = (Vec::new(), Vec::new(), Vec::new());
        // Turn and turn about, so that a noisy neighbour slows all three.
        for _ in 0..round_count {
            alone.push(timed(|| {
                let cipher = Aes256Gcm::new(black_box(&[1; 32]).into());
                STANDARD.encode(cipher.encrypt((&[2; 12]).into(), plaintext.as_slice()).unwrap())
            }));
            md5.push(timed(|| hex::encode(Md5::digest(&plaintext))));
            // The exchange is drawn outside the clock.
            let exchange = SealOnce::new(&peer).unwrap();
            seal.push(timed(|| exchange.seal(&plaintext).into_content()));
        }
        let [alone, md5, seal] = [alone, md5, seal].map(median);
        line(&format!("AES-256-GCM and base64 alone, {size} B"), alone);
        line(&format!("MD5 alone, {size} B"), md5);
        line(&format!("seal and base64, {size} B"), seal);
        let ratio = seal.saturating_sub(md5).as_secs_f64() / alone.as_secs_f64();
        println!("{:<44} {ratio:>9.2} x alone", format!("the same less MD5, {size} B"));
    }
}

fn material(key_value: &str) -> PeerMaterial {
    let nonce = Nonce::fresh().unwrap().to_base64();
    PeerMaterial::parse("ECDH", "Curve25519", key_value, &nonce, "9999-12-31", DateTime::UNIX_EPOCH)
        .unwrap()
}

fn report<T>(name: &str, mut work: impl FnMut() -> T) {
    line(name, median((0..2000).map(|_| timed(&mut work)).collect()));
}

fn timed<T>(work: impl FnOnce() -> T) -> Duration {
    let started = Instant::now();
    black_box(work());
    started.elapsed()
}

fn median(mut durations: Vec<Duration>) -> Duration {
    durations.sort_unstable();
    durations[durations.len() / 2]
}

fn line(name: &str, duration: Duration) {
    println!("{name:<44} {:>9.1} us", duration.as_secs_f64() * 1e6);
}
