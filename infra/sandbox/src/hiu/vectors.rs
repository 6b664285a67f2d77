//! Tests of the simulator's curve and cipher with test vectors of other implementations.
//!
//! The files are outside the repository. Without their folder these tests are skipped.

use std::path::PathBuf;

use base64::{Engine, engine::general_purpose::STANDARD};
use num_bigint::BigUint;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::decrypt::{PrivateKey, agree, derive, open};
use super::key_form::{self, KeyFormat, PublicKey};
use super::{montgomery, weierstrass};

/// The vectors of `file`; `None` if the shared folder is not on this machine.
fn vectors(file: &str) -> Option<Value> {
    let shared = std::env::var_os("HIP_SHARED").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let folder = shared.join("vectors");
    if !folder.is_dir() {
        return None;
    }
    let text = std::fs::read_to_string(folder.join(file)).expect("a vector file");
    Some(serde_json::from_str(&text).expect("vectors in JSON"))
}

fn list<'a>(vectors: &'a Value, name: &str) -> &'a [Value] {
    vectors[name].as_array().expect("a list")
}

fn text<'a>(vector: &'a Value, member: &str) -> &'a str {
    vector[member].as_str().expect(member)
}

fn bytes(vector: &Value, member: &str) -> Vec<u8> {
    STANDARD.decode(text(vector, member)).expect(member)
}

fn nonce(vector: &Value, member: &str) -> [u8; 32] {
    bytes(vector, member).try_into().expect("32 bytes")
}

fn check(vector: &Value, private: &PrivateKey, sender: &PublicKey) {
    let name = text(vector, "name");
    let secret = agree(private, sender).expect(name);
    assert_eq!(hex::encode(secret), text(vector, "sharedSecret"), "{name}");
    let (key, vector_bytes) =
        derive(secret, nonce(vector, "requesterNonce"), nonce(vector, "senderNonce"));
    assert_eq!(hex::encode(key), text(vector, "hkdfKey"), "{name}");
    assert_eq!(hex::encode(vector_bytes), text(vector, "iv"), "{name}");
    let Some(ciphertext) = vector["ciphertext"].as_str() else {
        return; // a long ciphertext, of which the file has only the hash
    };
    let plaintext = open(ciphertext, key, vector_bytes).expect(name);
    match vector["plaintextSha256"].as_str() {
        Some(digest) => assert_eq!(hex::encode(Sha256::digest(&plaintext)), digest, "{name}"),
        None => assert_eq!(plaintext, text(vector, "plaintext").as_bytes(), "{name}"),
    }
}

#[test]
fn weierstrass_vectors_are_opened_with_every_form_of_the_key() {
    let Some(vectors) = vectors("fidelius.json") else {
        return;
    };
    for vector in list(&vectors, "vectors") {
        let scalar = BigUint::from_bytes_be(&bytes(vector, "requesterPrivateKey"));
        let point = weierstrass::public_point(&scalar).to_bytes();
        for (key_format, suffix) in [
            (KeyFormat::WRaw, ""),
            (KeyFormat::WSpkiExplicit, "X509"),
            (KeyFormat::WSpkiNamed, "X509Named"),
        ] {
            let own = text(vector, &format!("requesterPublicKey{suffix}"));
            assert_eq!(key_form::write(key_format, &point), own);
            let sender = text(vector, &format!("senderPublicKey{suffix}"));
            let (form, sender) = key_form::read(sender).expect("a valid key");
            assert_eq!(form, key_format);
            check(vector, &PrivateKey::Weierstrass(scalar.clone()), &sender);
        }
    }
}

#[test]
fn x25519_vectors_are_opened_with_both_forms_of_the_key() {
    let Some(vectors) = vectors("fidelius-x25519.json") else {
        return;
    };
    for vector in list(&vectors, "vectors") {
        let scalar: [u8; 32] = nonce(vector, "requesterPrivateKey");
        let own = montgomery::public_key(scalar);
        for (key_format, suffix) in [(KeyFormat::XRaw, ""), (KeyFormat::XSpki, "X509")] {
            let expected = text(vector, &format!("requesterPublicKey{suffix}"));
            assert_eq!(key_form::write(key_format, &own), expected);
            let sender = text(vector, &format!("senderPublicKey{suffix}"));
            let (_, sender) = key_form::read(sender).expect("a valid key");
            check(vector, &PrivateKey::Montgomery(scalar), &sender);
        }
    }
}

#[test]
fn bad_public_keys_are_refused() {
    for file in ["fidelius.json", "fidelius-x25519.json"] {
        let Some(vectors) = vectors(file) else { return };
        let keys = list(&vectors, "reject").iter().filter(|case| case["operation"] == "public-key");
        for case in keys {
            let read = key_form::read(text(case, "input"));
            if case["class"] == "dialect-x" {
                assert!(matches!(read, Ok((_, PublicKey::Montgomery(_)))), "{}", case["name"]);
            } else {
                assert!(read.is_err(), "{}", case["name"]);
            }
        }
    }
}

#[test]
fn changed_ciphertexts_do_not_open() {
    let Some(vectors) = vectors("fidelius.json") else {
        return;
    };
    let cases = list(&vectors, "reject").iter();
    for case in cases.filter(|case| case["operation"] == "decrypt") {
        let scalar = BigUint::from_bytes_be(&bytes(case, "requesterPrivateKey"));
        let (_, sender) = key_form::read(text(case, "senderPublicKey")).expect("a valid key");
        let secret = agree(&PrivateKey::Weierstrass(scalar), &sender).expect("a secret");
        let (own, peer) = (nonce(case, "requesterNonce"), nonce(case, "senderNonce"));
        let (key, vector) = derive(secret, own, peer);
        let opened = open(text(case, "encryptedData"), key, vector);
        assert_eq!(opened.is_ok(), case["class"] == "accept", "{}", case["name"]);
    }
}
