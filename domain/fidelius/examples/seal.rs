//! Seals one page for an HIU and opens it again, in both key formats.
//!
//! `cargo run -p abdm-fidelius --example seal`

#![expect(clippy::print_stdout, reason = "it is a command line")]

use std::error::Error;

use abdm_fidelius::{KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce, open};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

fn main() -> Result<(), Box<dyn Error>> {
    for key_format in [KeyFormat::Weierstrass, KeyFormat::X25519] {
        // The HIU makes a key and a nonce, and sends them with its request.
        let (hiu_key, hiu_nonce) = (PrivateKey::fresh(key_format)?, Nonce::fresh()?);
        let key_value = STANDARD.encode(hiu_key.public_key().to_bytes());
        let peer = PeerMaterial::parse(
            "ECDH",
            "Curve25519",
            &key_value,
            &hiu_nonce.to_base64(),
            "2026-09-15T07:30:00Z",
            "2026-09-15T07:00:00Z".parse()?,
        )?;

        // The HIP seals one page. The exchange is used up: a second page needs a new one.
        let page = SealOnce::new(&peer)?.seal(br#"{"resourceType":"Bundle"}"#);

        // The HIU opens it with the key and the nonce that came with the page.
        let sender_key = PublicKey::parse(page.key_material.key_value())?;
        let sender_nonce = Nonce::parse(page.key_material.nonce())?;
        let content = STANDARD.decode(page.content())?;
        let plaintext = open(&hiu_key, &hiu_nonce, &sender_key, &sender_nonce, &content)?;
        println!("{key_format}: {}", String::from_utf8_lossy(plaintext.as_slice()));
    }
    Ok(())
}
