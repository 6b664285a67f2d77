//! The compiled rules that come with the crate.
//!
//! `RULES=write cargo test -p abdm-fhir the_committed_rules` renews them; then say in the commit what
//! changed in the guide or in the compiler.

use std::path::{Path, PathBuf};

use abdm_fhir::rules::{Input, compile};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/rules/nrces-6.5.0.rules");

/// The definitions, which live beside the repository as they are not ours, and the code systems of R4.
pub(crate) fn definitions() -> Option<[PathBuf; 3]> {
    let crate_folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = crate_folder.join("../../../shared/ig");
    let code_systems = crate_folder.join("rules/r4-code-systems");
    let inputs = [folder.join("6.5.0"), folder.join("r4-core"), code_systems];
    if inputs.iter().all(|input| input.is_dir()) {
        return Some(inputs);
    }
    println!("skipped: no definitions in {}", folder.display());
    None
}

#[test]
fn the_committed_rules_are_what_the_definitions_compile_to() {
    let Some(inputs) = definitions() else {
        return;
    };
    let inputs = inputs.map(|path| Input::read(&path).unwrap());
    let bytes = compile(&inputs).unwrap().to_bytes();
    if std::env::var_os("RULES").is_some_and(|wish| wish == "write") {
        std::fs::write(COMMITTED, &bytes).unwrap();
    }
    assert!(bytes == std::fs::read(COMMITTED).unwrap(), "the rules are not up to date");
    assert!(bytes.len() <= 1_500_000, "{} bytes", bytes.len());
}
