//! What a document takes, built or validated, and how often it asks for memory.
//!
//! `cargo bench -p abdm-fhir`; the column *median* is the p50. `kept` is a `Validator` that is used
//! again and again, `fresh` the function for one document; beside them what reading the same text
//! into a `serde_json::Value` takes. `consultation` goes from a visit document to a consultation note
//! of 19 entries that is built, serialised and validated; `read_visit` is the part of it that reads the visit.

use std::hint::black_box;

use abdm_fhir::validate::{ValidateOptions, Validator, validate};
use abdm_fhir::{BuildContext, BuildPolicy, Confidentiality, DischargeRule};
use abdm_fhir::{Documents, Rules, VisitDocument, documents_by};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

const DOCUMENTS: [&str; 3] =
    ["discharge summary, 19 entries", "consultation, 30 entries", "prescription"];

fn main() {
    for name in DOCUMENTS {
        let report =
            validate(document(name).as_bytes(), Rules::nrces(), &ValidateOptions::default());
        assert!(report.is_valid(), "{name}: {:#?}", report.findings);
    }
    let built = built(&consultation_visit()).built;
    let entries: Vec<usize> =
        built.iter().map(|one| one.json.matches("\"fullUrl\"").count()).collect();
    assert_eq!(entries, [19], "one document, and its entries");
    divan::main();
}

fn document(name: &str) -> String {
    let text = match name {
        "discharge summary, 19 entries" => include_str!("../tests/fixtures/discharge-summary.json"),
        "prescription" => include_str!("../tests/fixtures/outpatient-Prescription.json"),
        _ => include_str!("../tests/fixtures/outpatient-OPConsultation.json"),
    };
    // As it travels: without indentation. Blanks inside of texts do not begin a line.
    text.lines().map(str::trim_start).collect::<String>().replace("\": ", "\":")
}

/// A visit that yields a consultation note and nothing else.
fn consultation_visit() -> String {
    let text = include_str!("../tests/fixtures/outpatient.json");
    let mut visit: serde_json::Value = serde_json::from_str(text).expect("the fixture is JSON");
    let members = visit.as_object_mut().expect("the fixture is an object");
    for of_other_documents in ["prescriptions", "labTests", "vitals"] {
        members.remove(of_other_documents);
    }
    visit.to_string()
}

fn built(visit: &str) -> Documents {
    let visit = VisitDocument::parse(visit.as_bytes()).expect("the fixture is sound");
    let context = BuildContext {
        revision: 1,
        built_at: "2026-05-04T05:00:00Z".parse().expect("a fixed time"),
        hip_url: "https://hip.example.org".to_owned(),
        deployment_url: "https://emr.example.org".to_owned(),
        confidentiality: Confidentiality::default(),
    };
    let policy = BuildPolicy { discharge: DischargeRule::StaysOnly, ..BuildPolicy::default() };
    documents_by(&visit, &context, &policy)
}

#[divan::bench]
fn consultation(bencher: Bencher) {
    let visit = consultation_visit();
    bencher.counter(BytesCount::of_str(&visit)).bench(|| built(black_box(&visit)));
}

#[divan::bench]
fn read_visit(bencher: Bencher) {
    let visit = consultation_visit();
    bencher
        .counter(BytesCount::of_str(&visit))
        .bench(|| VisitDocument::parse(black_box(visit.as_bytes())));
}

#[divan::bench(args = DOCUMENTS)]
fn kept(bencher: Bencher, name: &str) {
    let (document, options) = (document(name), ValidateOptions::default());
    let mut validator = Validator::new(Rules::nrces());
    validator.validate(document.as_bytes(), &options);
    bencher
        .counter(BytesCount::of_str(&document))
        .bench_local(|| validator.validate(black_box(document.as_bytes()), &options));
}

#[divan::bench(args = DOCUMENTS)]
fn fresh(bencher: Bencher, name: &str) {
    let (document, options) = (document(name), ValidateOptions::default());
    bencher
        .counter(BytesCount::of_str(&document))
        .bench(|| validate(black_box(document.as_bytes()), Rules::nrces(), &options));
}

#[divan::bench(args = DOCUMENTS)]
fn serde_json_value(bencher: Bencher, name: &str) {
    let document = document(name);
    bencher
        .counter(BytesCount::of_str(&document))
        .bench(|| serde_json::from_str::<serde_json::Value>(black_box(&document)));
}

#[divan::bench]
fn load_rules(bencher: Bencher) {
    let bytes = include_bytes!("../rules/nrces-6.5.0.rules");
    bencher.bench(|| Rules::from_bytes(black_box(bytes)));
}
