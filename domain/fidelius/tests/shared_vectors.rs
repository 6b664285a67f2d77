//! Runs the project's vector files, where they are at hand.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::path::PathBuf;

use abdm_fidelius::vectors;

fn run(file: &str, case_count: usize) {
    let shared = std::env::var_os("HIP_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let Ok(json) = std::fs::read_to_string(shared.join("vectors").join(file)) else {
        return;
    };
    let summary = vectors::run(&json).unwrap();
    assert!(summary.failed.is_empty(), "{:#?}", summary.failed);
    assert_eq!(summary.passed, case_count);
}

#[test]
fn every_vector_of_dialect_w_holds() {
    run("fidelius.json", 97);
}

#[test]
fn every_vector_of_dialect_x_holds() {
    run("fidelius-x25519.json", 20);
}
