//! The checks of a requester's material: which, in which order, up to which size.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use abdm_fidelius::{
    Error, KeyForm, KeyFormat, Nonce, PeerMaterial, PrivateKey, PublicKey, SealOnce,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

/// Five fields, all good until one is changed.
#[derive(Clone)]
struct Fields {
    algorithm: String,
    curve: String,
    key: String,
    nonce: String,
    expiry: String,
}

fn good() -> Fields {
    let key = PrivateKey::fresh(KeyFormat::Weierstrass).unwrap().public_key();
    Fields {
        algorithm: "ECDH".to_owned(),
        curve: "Curve25519".to_owned(),
        key: STANDARD.encode(key.as_bytes()),
        nonce: Nonce::fresh().unwrap().to_base64(),
        expiry: "2026-09-15T07:30:00.000Z".to_owned(),
    }
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn parse(fields: &Fields) -> Result<PeerMaterial, Error> {
    let Fields { algorithm, curve, key, nonce, expiry } = fields;
    PeerMaterial::parse(algorithm, curve, key, nonce, expiry, at("2026-09-15T07:00:00Z"))
}

#[track_caller]
fn refused(error: Error, change: impl FnOnce(&mut Fields)) {
    let mut fields = good();
    change(&mut fields);
    assert_eq!(parse(&fields).err(), Some(error));
}

#[test]
fn good_material_is_kept_as_it_came() {
    let fields = good();
    let material = parse(&fields).unwrap();
    assert_eq!(material.key_bytes(), STANDARD.decode(&fields.key).unwrap());
    assert_eq!(material.public_key(), &PublicKey::parse(&fields.key).unwrap());
    assert_eq!(material.nonce().to_base64(), fields.nonce);
    assert_eq!(material.expires_at(), at("2026-09-15T07:30:00Z"));
    assert_eq!(material.key_format(), KeyFormat::Weierstrass);
}

#[test]
fn the_bytes_of_an_spki_are_kept_with_their_prefix() {
    let mut fields = good();
    let key = PublicKey::parse(&fields.key).unwrap();
    fields.key = STANDARD.encode(key.to_spki_explicit().unwrap());
    let material = parse(&fields).unwrap();
    assert_eq!(material.key_bytes().len(), 309);
    assert_eq!(material.public_key().form(), KeyForm::SpkiExplicit);
    assert_eq!(material.public_key().to_bytes(), key.to_bytes());
}

#[test]
fn names_are_read_in_any_case_and_nothing_else_is_negotiated() {
    let mut fields = good();
    (fields.algorithm, fields.curve) = ("ecdh".to_owned(), "CURVE25519".to_owned());
    assert!(parse(&fields).is_ok());
    for other in ["", "ECDH.", " ECDH", "ECDSA", "ECDH-ES"] {
        refused(Error::UnsupportedAlg, |fields| {
            other.clone_into(&mut fields.algorithm);
        });
    }
    for other in ["", "P-256", "X25519", "Curve25519 ", "curve448"] {
        refused(Error::UnsupportedCurve, |fields| {
            other.clone_into(&mut fields.curve);
        });
    }
}

#[test]
fn cheap_checks_come_before_costly_ones() {
    let mut fields = Fields {
        algorithm: "RSA".to_owned(),
        curve: "P-256".to_owned(),
        key: "!".to_owned(),
        nonce: String::new(),
        expiry: "never".to_owned(),
    };
    let good = good();
    assert_eq!(parse(&fields).err(), Some(Error::UnsupportedAlg));
    fields.algorithm = good.algorithm;
    assert_eq!(parse(&fields).err(), Some(Error::UnsupportedCurve));
    fields.curve = good.curve;
    assert_eq!(parse(&fields).err(), Some(Error::BadExpiry));
    fields.expiry = "2026-09-15T06:59:00Z".to_owned();
    assert_eq!(parse(&fields).err(), Some(Error::Expired));
    fields.expiry = good.expiry;
    assert_eq!(parse(&fields).err(), Some(Error::NonceLength));
    fields.nonce = good.nonce;
    assert_eq!(parse(&fields).err(), Some(Error::Base64));
    fields.key = good.key;
    assert!(parse(&fields).is_ok());
}

#[test]
fn long_texts_are_refused_before_they_are_decoded() {
    refused(Error::KeyEncoding, |fields| {
        fields.key = "A".repeat(1025);
    });
    refused(Error::KeyEncoding, |fields| {
        fields.key = "!".repeat(50_000_000);
    });
    refused(Error::NonceLength, |fields| {
        fields.nonce = "!".repeat(129);
    });
    refused(Error::BadExpiry, |fields| {
        fields.expiry.extend(std::iter::repeat_n('0', 64));
    });
}

#[test]
fn a_nonce_in_place_of_the_key_reads_as_a_key_of_dialect_x() {
    // Nothing can tell them apart: both are any 32 bytes. Callers must not swap the fields.
    let mut fields = good();
    fields.key.clone_from(&fields.nonce);
    assert_eq!(parse(&fields).unwrap().key_format(), KeyFormat::X25519);
}

#[test]
fn an_expiry_is_checked_again_before_each_page() {
    let material = parse(&good()).unwrap();
    assert_eq!(material.check_expiry(at("2026-09-15T07:30:59Z")), Ok(()));
    assert_eq!(material.check_expiry(at("2026-09-15T07:31:00Z")), Err(Error::Expired));
}

#[test]
fn nothing_prints_a_key_a_nonce_or_a_secret() {
    let fields = good();
    let material = parse(&fields).unwrap();
    let private = PrivateKey::fresh(KeyFormat::Weierstrass).unwrap();
    let exchange = SealOnce::new(&material).unwrap();
    let ours = exchange.key_material().clone();
    let shown =
        format!("{material:?} {private:?} {exchange:?} {ours:?} {:?}", private.public_key());
    let page = exchange.seal(b"a record");
    let shown = format!("{shown} {page:?}");
    let hidden = [
        page.checksum.as_str(),
        &hex::encode(&page.ciphertext),
        &format!("{:?}", page.ciphertext),
        fields.key.as_str(),
        fields.nonce.as_str(),
        ours.key_value(),
        ours.nonce(),
        &private.to_base64(),
        &hex::encode(material.key_bytes()),
        &format!("{:?}", material.nonce().as_bytes()),
    ];
    assert!(hidden.iter().all(|secret| !shown.contains(secret)), "{shown}");
    assert!(shown.contains("redacted"));
}
