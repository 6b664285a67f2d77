//! The documents of the fixtures, whole.
//!
//! `GOLDEN=write cargo test -p abdm-fhir` renews the files after a wanted change; read the diff.

use std::path::Path;

use abdm_fhir::HiType;
use abdm_fhir::check::{Finding, Severity};
use serde_json::Value;

use crate::{OUTPATIENT, STAY, built_from};

fn compare(fixture: (&str, &str), hi_type: HiType) {
    let (name, visit) = fixture;
    let (document, bundle) = built_from(hi_type, visit);
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(format!("{name}-{hi_type}.json"));
    if std::env::var_os("GOLDEN").is_some_and(|wish| wish == "write") {
        std::fs::write(&path, serde_json::to_string_pretty(&bundle).unwrap() + "\n").unwrap();
    }
    let golden: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(bundle, golden, "{hi_type} differs from {}", path.display());
    let is_error = |finding: &&Finding| finding.severity == Severity::Error;
    let errors: Vec<_> = document.findings.iter().filter(is_error).collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn the_consultation_note_is_as_it_was() {
    compare(("outpatient", OUTPATIENT), HiType::OpConsultation);
}

#[test]
fn the_prescription_is_as_it_was() {
    compare(("outpatient", OUTPATIENT), HiType::Prescription);
}

#[test]
fn the_wellness_record_is_as_it_was() {
    compare(("outpatient", OUTPATIENT), HiType::WellnessRecord);
}

#[test]
fn the_diagnostic_report_is_as_it_was() {
    compare(("stay", STAY), HiType::DiagnosticReport);
}

#[test]
fn the_discharge_summary_is_as_it_was() {
    compare(("stay", STAY), HiType::DischargeSummary);
}

#[test]
fn the_immunization_record_is_as_it_was() {
    compare(("stay", STAY), HiType::ImmunizationRecord);
}

#[test]
fn the_health_document_is_as_it_was() {
    compare(("stay", STAY), HiType::HealthDocumentRecord);
}

#[test]
fn the_invoice_is_as_it_was() {
    compare(("stay", STAY), HiType::Invoice);
}
