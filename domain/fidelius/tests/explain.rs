//! Reports for an operator: the right step fails, and the key itself stays out.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use abdm_fidelius::explain::{self, StepOutcome};
use abdm_fidelius::{KeyForm, KeyFormat, PrivateKey, PublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

fn own_key(key_format: KeyFormat) -> PublicKey {
    PrivateKey::fresh(key_format).unwrap().public_key()
}

/// The failing step of a key; those after it must have been left out.
#[track_caller]
fn failing(base64: &str) -> &'static str {
    let report = explain::key(base64);
    assert!(!report.accepted);
    let failed = report.steps.iter().position(|step| step.outcome == StepOutcome::Failed).unwrap();
    let (before, rest) = report.steps.split_at(failed);
    assert!(before.iter().all(|step| step.outcome == StepOutcome::Passed));
    assert!(rest[1..].iter().all(|step| step.outcome == StepOutcome::Skipped));
    rest[0].name
}

#[test]
fn a_good_key_passes_every_step_of_its_dialect() {
    for (key_format, step_count) in [(KeyFormat::Weierstrass, 6), (KeyFormat::X25519, 4)] {
        let report = explain::key(&STANDARD.encode(own_key(key_format).as_bytes()));
        assert!(report.accepted);
        assert_eq!(report.key_format, Some(key_format));
        assert_eq!(report.steps.len(), step_count);
        assert!(report.steps.iter().all(|step| step.outcome == StepOutcome::Passed));
    }
}

#[test]
fn every_refusal_of_the_vector_file_fails_at_one_step() {
    let file: Value = serde_json::from_str(include_str!("vectors/fidelius.json")).unwrap();
    let mut count = 0;
    for case in file["reject"].as_array().unwrap() {
        let Some(error) = case["error"].as_str() else {
            continue;
        };
        if case["operation"] != "public-key" {
            continue;
        }
        let text = case["input"].as_str().unwrap();
        let step = match error {
            "KeyEncoding" if text.len() > 1024 => "text length",
            "Base64" => "base64",
            "KeyEncoding" | "KeyStrippedZero" => "form",
            "NotCanonical" => "coordinates",
            "NotOnCurve" => "curve equation",
            "SmallOrder" | "MixedOrder" => "order",
            other => panic!("{other} is not an error of a key"),
        };
        assert_eq!(failing(text), step, "{}", case["name"]);
        count += 1;
    }
    assert!(count > 30);
}

#[test]
fn a_report_shows_a_fingerprint_and_not_the_key() {
    let key = own_key(KeyFormat::Weierstrass);
    let text = STANDARD.encode(key.to_spki_explicit().unwrap());
    let report = explain::key(&text);
    assert_eq!(report.form, Some(KeyForm::SpkiExplicit));
    assert_eq!((report.text_length, report.byte_length), (412, Some(309)));
    let printed = report.to_string();
    let json = serde_json::to_string(&report).unwrap();
    for shown in [&printed, &json] {
        assert!(shown.contains(report.fingerprint.as_ref().unwrap()));
        assert!(!shown.contains(&text[350..]));
        assert!(!shown.contains(&hex::encode(&key.as_bytes()[1..33])));
    }
    assert!(printed.starts_with("length       412 characters, 309 bytes\n"), "{printed}");
    assert!(printed.ends_with("accepted"));
    assert!(json.contains(r#""form":"spki-explicit","dialect":"weierstrass""#), "{json}");
}

#[test]
fn a_refused_key_is_reported_with_what_to_do() {
    let report = explain::key("not a key");
    assert_eq!((report.form, report.key_format, report.byte_length), (None, None, None));
    assert!(report.to_string().ends_with("refused"));
    assert_eq!(failing("not a key"), "base64");
}

/// The sentence of the check that failed.
fn told(text: &str) -> &'static str {
    let report = explain::key(text);
    assert!(!report.accepted);
    let failed = report.steps.iter().find(|step| step.outcome == StepOutcome::Failed);
    failed.expect("a refused key has a check that failed").sentence
}

#[test]
fn a_key_that_was_encoded_twice_or_lost_its_plus_signs_is_told_so() {
    // Its coordinates hold a '+' in base64.
    let bytes = hex::decode(concat!(
        "04",
        "2aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaad245a",
        "20ae19a1b8a086b4e01edd2c7748d14c923d4d7e6d7c61b229e9c5a27eced3d9",
    ));
    let raw = STANDARD.encode(bytes.expect("it is hexadecimal"));
    let keys = [KeyFormat::Weierstrass, KeyFormat::X25519].map(own_key);
    let forms = [
        KeyForm::Raw,
        KeyForm::SpkiExplicit,
        KeyForm::SpkiNamed,
        KeyForm::X25519Raw,
        KeyForm::X25519Spki,
    ];
    let written = keys.iter().flat_map(|key| forms.iter().filter_map(|form| key.encode(*form)));
    for once in written.map(|bytes| STANDARD.encode(bytes)) {
        let twice = STANDARD.encode(&once);
        assert_eq!(failing(&twice), "form");
        assert!(told(&twice).contains("base64 of base64"), "{}", told(&twice));
        let lines = STANDARD.encode(format!("{once}\n"));
        assert!(told(&lines).contains("base64 of base64"), "a line break in between");
    }
    let texts = std::iter::once(raw)
        .chain((0..64).map(|_| STANDARD.encode(own_key(KeyFormat::Weierstrass).as_bytes())));
    let mut count = 0;
    for text in texts.filter(|text| text.contains('+')) {
        let lost = text.replace('+', " ");
        assert_eq!(failing(&lost), "base64");
        assert!(told(&lost).contains("form decoding"), "{}", told(&lost));
        count += 1;
    }
    assert!(count > 0);
    // A blank that was no '+', and base64 of something else.
    assert!(!told("not a key").contains("form decoding"));
    assert!(!told(&STANDARD.encode(STANDARD.encode([7; 20]))).contains("base64 of base64"));
    assert!(!told("").contains("base64 of base64"));
}
