//! What the fuzz targets do with their input; `tests/it/damage.rs` does the same with bytes of its own.

use abdm_fhir::validate::{FINDINGS_MAX, Severity, ValidateOptions, validate};
use abdm_fhir::{BuildContext, Confidentiality, Rules, VisitDocument, documents, render};

/// Validate the bytes. Nothing may panic, findings are bounded, and what `serde_json` cannot read is
/// never valid.
pub(crate) fn document(data: &[u8]) {
    let report = validate(data, Rules::nrces(), &ValidateOptions::default());
    assert!(report.findings.len() <= 3 * FINDINGS_MAX);
    if serde_json::from_slice::<serde_json::Value>(data).is_err() {
        assert!(!report.is_valid());
    }
    report.to_operation_outcome();
}

/// Read the bytes as a visit. An accepted visit yields documents without errors.
pub(crate) fn visit(data: &[u8]) {
    let Ok(visit) = VisitDocument::parse(data) else {
        return;
    };
    let context = BuildContext {
        revision: 1,
        built_at: "2026-05-04T05:00:00Z".parse().expect("a fixed time"),
        hip_url: "https://hip.example.org".to_owned(),
        deployment_url: "https://emr.example.org".to_owned(),
        confidentiality: Confidentiality::default(),
    };
    for built in documents(&visit, &context).built {
        // The documents come checked.
        for finding in &built.findings {
            assert_ne!(finding.severity, Severity::Error, "{}: {finding:?}", built.hi_type);
        }
        let bundle = serde_json::from_str(&built.json).expect("a document is JSON");
        render::html(&bundle);
        render::text(&bundle);
    }
}

/// Load the bytes as rules; what loads can be used.
pub(crate) fn rules(data: &[u8]) {
    if let Ok(rules) = Rules::from_bytes(data) {
        let document = include_bytes!("../tests/fixtures/discharge-summary.json");
        validate(document, &rules, &ValidateOptions::default());
    }
}
