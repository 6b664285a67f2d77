//! What the fuzz targets do with their input; `tests/seeds.rs` does the same with the kept seeds.

use abdm_fidelius::{
    Error, KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce, explain, open,
};

/// Read the bytes as the text of a key and as the decoded key; what is accepted must be canonical.
pub(crate) fn key(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        assert_eq!(PublicKey::parse(text).is_ok(), explain::key(text).accepted);
    }
    if let Ok(key) = PublicKey::from_encoded(data) {
        assert_eq!(key.encode(key.form()).as_deref(), Some(data));
    }
}

/// Open the bytes as: one byte that chooses the key format, 32 of the peer's nonce, then the content.
///
/// Nobody can seal for the fixed key by chance, so nothing but a refusal may come out.
pub(crate) fn content(data: &[u8]) {
    let Some((choice, data)) = data.split_first() else {
        return;
    };
    let Some((nonce, content)) = data.split_first_chunk() else {
        return;
    };
    let key_format = if choice % 2 == 0 { KeyFormat::Weierstrass } else { KeyFormat::X25519 };
    let private = |byte: u8| {
        let text = format!("{}A=", char::from(byte).to_string().repeat(42));
        PrivateKey::parse(key_format, &text).expect("a fixed key in range")
    };
    let outcome = open(
        &private(b'B'),
        &Nonce::from_bytes([7; 32]),
        &private(b'C').public_key(),
        &Nonce::from_bytes(*nonce),
        content,
    );
    let refusal = outcome.expect_err("opened what nobody sealed");
    assert!(matches!(refusal, Error::Tag | Error::CiphertextTooShort | Error::Reflection));
}

/// Read the lines as expiry, nonce and key of a requester; what is accepted can be sealed for.
pub(crate) fn material(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (expiry, nonce, key) = (next(), next(), next());
    let now = chrono::DateTime::UNIX_EPOCH;
    if let Ok(material) = PeerMaterial::parse("ECDH", "Curve25519", key, nonce, expiry, now) {
        assert_eq!(material.check_expiry(now), Ok(()));
        assert!(SealOnce::new(&material).is_ok());
    }
}
