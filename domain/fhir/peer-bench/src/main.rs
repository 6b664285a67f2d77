//! Our validator and a peer on the same documents in one run: a line of JSON for each of both.
//!
//! ```text
//! cargo run --release -- FOLDER     the guide's StructureDefinitions, for the peer
//! ```
//! Both start from bytes. The peer does not hold entries of a bundle to the profiles that they claim,
//! so it is asked once for the bundle and once for each entry; what the bundle alone takes, with its
//! entries held to R4 only, is on a line of its own. It checks structure only: invariants,
//! reference targets and codes are beyond what it does without an engine and a server of their own.
//! A line for reading the bytes into a `serde_json::Value` says what of its time is reading.

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use abdm_fhir::Rules;
use abdm_fhir::validate::Options;
use helios_fhir::FhirVersion;
use helios_fhir_validator::converter::convert;
use helios_fhir_validator::packs::core_registry;
use helios_fhir_validator::{CompositeResolver, SchemaRegistry, Severity, ValidationOptions};
use serde_json::{Value, json};

/// An odd number has a middle.
const RUNS: usize = 501;

const DOCUMENTS: [(&str, &str); 3] = [
    ("discharge summary, 19 entries", include_str!("../../tests/fixtures/discharge-summary.json")),
    (
        "consultation, 30 entries",
        include_str!("../../tests/fixtures/outpatient-OPConsultation.json"),
    ),
    ("prescription", include_str!("../../tests/fixtures/outpatient-Prescription.json")),
];

fn main() {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("say in which folder the StructureDefinitions of the guide are");
        std::process::exit(2);
    };
    let guide = guide(Path::new(&folder));
    let resolver = CompositeResolver::new(vec![Arc::new(guide), core_registry(FhirVersion::R4)]);
    let peer = helios_fhir_validator::Validator::new(Arc::new(resolver));
    let mut ours = abdm_fhir::validate::Validator::new(Rules::nrces());

    for (name, document) in DOCUMENTS {
        // As it travels: without indentation. Blanks inside of texts do not begin a line.
        let text: String = document.lines().map(str::trim_start).collect();
        let text = text.replace("\": ", "\":");
        let tell = |validator: &str, (p50, is_valid): (Duration, Option<bool>)| {
            let verdict = is_valid.map(|is_valid| if is_valid { "valid" } else { "invalid" });
            let p50_us = p50.as_secs_f64() * 1e6;
            let line = json!({ "validator": validator, "document": name, "p50_us": p50_us, "verdict": verdict });
            println!("{line}");
        };
        let options = Options::default();
        tell("abdm-fhir", median(|| Some(ours.validate(text.as_bytes(), &options).is_valid())));
        tell("helios-fhir-validator", median(|| Some(is_valid(&peer, &text, true))));
        let alone = median(|| Some(is_valid(&peer, &text, false)));
        tell("helios-fhir-validator, bundle alone", alone);
        tell(
            "serde_json::Value",
            median(|| {
                black_box(parsed(&text));
                None
            }),
        );
    }
}

fn median(mut work: impl FnMut() -> Option<bool>) -> (Duration, Option<bool>) {
    let verdict = work();
    let mut taken: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            black_box(work());
            started.elapsed()
        })
        .collect();
    taken.sort_unstable();
    (taken[RUNS / 2], verdict)
}

fn parsed(text: &str) -> Value {
    serde_json::from_str(black_box(text)).expect("a fixture is JSON")
}

fn is_valid(peer: &helios_fhir_validator::Validator, text: &str, with_entries: bool) -> bool {
    let bundle = parsed(text);
    let options = ValidationOptions::default();
    let entries = bundle["entry"].as_array().expect("a fixture has entries");
    let entries = if with_entries { &entries[..] } else { &[] };
    let resources = entries.iter().map(|entry| &entry["resource"]);
    // All of them, as ours looks at all, whatever the first ones are like.
    let errors = std::iter::once(&bundle).chain(resources).map(|resource| {
        let outcome = peer.validate_sync(resource, &options);
        outcome.errors.iter().filter(|error| error.severity == Severity::Error).count()
    });
    errors.sum::<usize>() == 0
}

fn guide(folder: &Path) -> SchemaRegistry {
    let mut registry = SchemaRegistry::new();
    for file in std::fs::read_dir(folder).expect("a folder to read") {
        let path = file.expect("a folder to read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if !name.starts_with("StructureDefinition-") {
            continue;
        }
        let bytes = std::fs::read(&path).expect("a file to read");
        let definition = serde_json::from_slice(&bytes).expect("a definition is JSON");
        match convert(&definition) {
            Ok(conversion) => _ = registry.insert(conversion.schema),
            Err(error) => eprintln!("{name} is left out: {error}"),
        }
    }
    registry
}
