//! The crate's own vector file, and proof that the runner notices what is wrong in a file.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use abdm_fidelius::vectors::{FileError, Summary, run};
use serde_json::{Value, json};

const OWN: &str = include_str!("vectors/fidelius.json");

fn own() -> Value {
    serde_json::from_str(OWN).unwrap()
}

fn run_value(file: &Value) -> Summary {
    run(&file.to_string()).unwrap()
}

/// Which steps fail after `change`.
#[track_caller]
fn steps_after(change: impl FnOnce(&mut Value)) -> Vec<&'static str> {
    let mut file = own();
    change(&mut file);
    run_value(&file).failed.iter().map(|failure| failure.step).collect()
}

#[test]
fn every_own_vector_holds() {
    let summary = run(OWN).unwrap();
    assert!(summary.failed.is_empty(), "{:#?}", summary.failed);
    let case_count = ["vectors", "reject"].map(|list| own()[list].as_array().unwrap().len());
    assert_eq!(summary.passed, case_count.iter().sum::<usize>());
    assert_eq!(summary.to_string(), format!("{} passed, 0 failed", summary.passed));
}

#[test]
fn a_wrong_value_anywhere_in_an_exchange_is_noticed() {
    let other = own()["vectors"][1].clone();
    for (member, step) in [
        ("senderPrivateKey", "public key"),
        ("senderPublicKey", "public key"),
        ("requesterPublicKeyX509", "public key"),
        ("requesterPublicKeyX509Named", "public key"),
        ("senderNonce", "xor of nonces"),
        ("plaintext", "plaintext hash"),
        ("plaintextSha256", "plaintext hash"),
        ("plaintextLength", "plaintext"),
        ("xorOfNonces", "xor of nonces"),
        ("salt", "salt"),
        ("iv", "iv"),
        ("sharedSecret", "shared secret"),
        ("hkdfKey", "hkdf key"),
        ("tag", "tag"),
        ("ciphertextSha256", "ciphertext hash"),
        ("ciphertextLength", "ciphertext length"),
        ("ciphertext", "content"),
        ("checksum", "checksum"),
    ] {
        let steps = steps_after(|file| file["vectors"][0][member] = other[member].clone());
        assert_eq!(steps, [step], "{member}");
    }
}

#[test]
fn an_input_that_is_accepted_against_the_file_is_noticed() {
    let steps = steps_after(|file| {
        for case in file["reject"].as_array_mut().unwrap() {
            match case["class"].as_str().unwrap() {
                "accept" | "dialect-x" => case["class"] = json!("must"),
                _ => case["class"] = json!("accept"),
            }
        }
    });
    assert_eq!(steps.len(), own()["reject"].as_array().unwrap().len());
}

#[test]
fn a_refusal_for_another_reason_is_noticed() {
    let steps = steps_after(|file| {
        for case in file["reject"].as_array_mut().unwrap() {
            case["error"] = json!("Weather");
        }
    });
    let refusals = own()["reject"].as_array().unwrap().clone();
    let refusals = refusals.iter().filter(|case| case.get("error").is_some());
    assert_eq!(steps.len(), refusals.count());
}

#[test]
fn a_file_that_proves_nothing_is_an_error() {
    assert!(matches!(run("no json"), Err(FileError::Json(_))));
    assert!(matches!(run(r#"{"format":"other","vectors":[]}"#), Err(FileError::Format)));
    assert!(matches!(run(r#"{"format":"abdm-fidelius-vectors/1"}"#), Err(FileError::Empty)));
    let mut file = own();
    file["reject"][0]["operation"] = json!("guess");
    assert!(matches!(run(&file.to_string()), Err(FileError::Json(_))));
}

#[test]
fn a_large_payload_is_generated_and_a_monstrous_one_is_not() {
    let with_length = |length: usize| {
        steps_after(|file| {
            let vector = &mut file["vectors"][0];
            for member in ["plaintext", "plaintextSha256", "plaintextLength", "tag", "checksum"] {
                vector[member] = Value::Null;
            }
            for member in ["ciphertext", "ciphertextSha256", "ciphertextLength"] {
                vector[member] = Value::Null;
            }
            vector["plaintextGenerator"] =
                json!({ "kind": "sha256-counter-hex", "seed": "own", "length": length });
        })
    };
    assert!(with_length(100_001).is_empty());
    assert_eq!(with_length(usize::MAX), ["plaintext generator"]);
}
