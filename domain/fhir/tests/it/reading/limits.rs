//! Input that is meant to hurt.

use std::time::Duration;

use abdm_fhir::validate::{FINDINGS_MAX, Limits, Severity, ValidateOptions, validate};
use abdm_fhir::visit::Rule;
use abdm_fhir::{HiType, Rules, VisitDocument};
use serde_json::{Value, json};

use crate::{OUTPATIENT, built_from, documents_of};

fn rules_of(json: &str, options: &ValidateOptions) -> Vec<&'static str> {
    let report = validate(json.as_bytes(), Rules::nrces(), options);
    report.errors().map(|finding| finding.rule).collect()
}

#[test]
fn input_that_is_too_large_or_no_json_gives_one_finding() {
    let options = ValidateOptions::default();
    let small = ValidateOptions { limits: Limits { bytes: 10, depth: 3, values: 4 }, ..options };
    assert_eq!(rules_of("[1,2,3,4,5,6]", &small), ["limit-bytes"]);
    assert_eq!(rules_of("[[[[]]]]", &small), ["limit-depth"]);
    assert_eq!(rules_of("[1,2,3,4]", &small), ["limit-values"]);
    assert_eq!(rules_of(&"[".repeat(1_000_000), &options), ["limit-depth"]);
    assert_eq!(rules_of("{\"a\":", &options), ["json-syntax"]);
    let huge = vec![b' '; options.limits.bytes + 1];
    let report = validate(&huge, Rules::nrces(), &options);
    assert_eq!(report.findings[0].rule, "limit-bytes");
}

/// A nest of brackets, closed or not.
fn nest(open: &str, close: &str, depth: usize) -> String {
    format!("{}1{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn a_nest_of_ten_thousand_is_refused_where_it_gets_too_deep() {
    const DEPTH: usize = 10_000;
    let options = ValidateOptions {
        limits: Limits { depth: usize::MAX, ..Limits::default() },
        ..ValidateOptions::default()
    };
    for json in [
        nest("[", "]", DEPTH),
        nest("{\"a\":", "}", DEPTH),
        nest("{\"contained\":[", "]}", DEPTH / 2),
        nest("[{\"section\":", "}]", DEPTH / 2),
        "[".repeat(DEPTH),
        "{\"a\":".repeat(DEPTH),
    ] {
        assert_eq!(rules_of(&json, &options), ["limit-depth"]);
        let errors = VisitDocument::parse(json.as_bytes()).unwrap_err();
        let rules: Vec<_> = errors.iter().map(|error| error.rule).collect();
        assert_eq!(rules, [Rule::Depth]);
    }
}

#[test]
fn a_hundred_megabytes_are_refused_unread() {
    // Who reads them finds a nest that is too deep.
    let json = vec![b'['; 100 * 1024 * 1024];
    let report = validate(&json, Rules::nrces(), &ValidateOptions::default());
    let rules: Vec<_> = report.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["limit-bytes"]);
    let errors = VisitDocument::parse(&json).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.rule).collect::<Vec<_>>(), [Rule::Size]);
}

/// The most resources, the most documents, and the most text.
#[test]
fn the_largest_visits_yield_valid_documents() {
    let complaint = json!({ "complaint": "<".repeat(510 * 1024) });
    for (field, items, least) in [
        ("diagnoses", vec![json!({ "term": "x" }); 4_800], 2),
        ("imagingReports", vec![json!({ "name": "CT", "conclusion": "x" }); 1_000], 1_000),
        ("chiefComplaints", vec![complaint; 4], 2),
    ] {
        let mut visit: Value = serde_json::from_str(OUTPATIENT).unwrap();
        for name in ["chiefComplaints", "diagnoses", "prescriptions", "labTests", "allergies"] {
            visit.as_object_mut().unwrap().remove(name);
        }
        visit[field] = json!(items);
        let built = documents_of(&visit.to_string()).built;
        assert!(built.len() >= least, "{field}: {}", built.len());
        for one in built {
            let mut findings = one.findings.iter();
            let error = findings.find(|finding| finding.severity == Severity::Error);
            assert_eq!(error, None, "{field}: {}", one.hi_type);
        }
    }
}

#[test]
fn numbers_of_entries_and_members_are_limited() {
    let document = |resource: Value| json!({ "resourceType": "Bundle", "type": "document", "entry": [{ "resource": resource }] });
    let is_refused_beyond = |most: usize, rule: &str, of: &dyn Fn(usize) -> Value| {
        let rules = |count| rules_of(&of(count).to_string(), &ValidateOptions::default());
        assert!(!rules(most).contains(&rule), "{most} are {rule}");
        assert!(rules(most + 1).contains(&rule), "{} are not {rule}", most + 1);
    };
    is_refused_beyond(
        Limits::ENTRIES_MAX,
        "limit-entries",
        &|count| json!({ "resourceType": "Bundle", "entry": vec![json!({ "fullUrl": "urn:x" }); count] }),
    );
    is_refused_beyond(Limits::CONTAINED_MAX, "limit-contained", &|count| {
        let contained = vec![json!({ "resourceType": "Patient" }); count];
        document(json!({ "resourceType": "Patient", "contained": contained }))
    });
    is_refused_beyond(Limits::EXTENSION_DEPTH_MAX, "limit-extension", &|depth| {
        let inner = json!({ "url": "http://x", "valueString": "y" });
        let outer = |inner: Value, _| json!({ "url": "http://x", "extension": [inner] });
        let extension = (1..depth).fold(inner, outer);
        document(json!({ "resourceType": "Patient", "extension": [extension] }))
    });
    is_refused_beyond(Limits::CLAIMS_MAX, "limit-profiles", &|count| {
        let claims = vec!["https://nrces.in/ndhm/fhir/r4/StructureDefinition/Patient"; count];
        document(json!({ "resourceType": "Patient", "meta": { "profile": claims } }))
    });
}

#[test]
fn the_number_of_findings_is_bounded() {
    let (_, mut bundle) = built_from(HiType::OpConsultation, OUTPATIENT);
    bundle["entry"][1]["resource"]["telecom"] = json!(vec![json!({}); 5_000]);
    let report =
        validate(bundle.to_string().as_bytes(), Rules::nrces(), &ValidateOptions::default());
    assert_eq!(report.errors().count(), FINDINGS_MAX);
    assert!(report.is_truncated);
}

/// What this thread has used, whatever else runs on the machine.
fn processor_time() -> Duration {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(used).expect("it does not run backwards")
}

/// Documents that would take a quadratic check minutes.
#[test]
fn no_document_takes_long() {
    const MANY: usize = 40_000;
    let wrap = |resource: Value| json!({ "resourceType": "Bundle", "type": "document", "entry": [{ "resource": resource }] });
    let texts = |text: &str| vec![json!(text); MANY];
    let coding: Vec<Value> = (0..MANY).map(|code| json!({ "code": code.to_string() })).collect();
    let component: Vec<Value> = (0..MANY / 2)
        .map(|code| json!({ "code": { "coding": [{ "code": format!("x{code}") }] } }))
        .collect();
    let contained: Vec<Value> = (0..Limits::CONTAINED_MAX)
        .map(|id| json!({ "resourceType": "Patient", "id": format!("x{id}") }))
        .collect();
    let links: Vec<Value> =
        (0..MANY).map(|id| json!({ "other": { "reference": format!("#y{id}") } })).collect();
    let section: Vec<Value> = (0..MANY)
        .map(|title| json!({ "title": title.to_string(), "code": { "coding": [{ "code": "x" }] } }))
        .collect();
    let entry: Vec<Value> = (0..Limits::ENTRIES_MAX)
        .map(|id| json!({ "fullUrl": format!("urn:x:{id}"), "resource": { "resourceType": "Patient", "link": [{ "other": { "reference": "urn:x:1" } }] } }))
        .collect();
    let unknown: serde_json::Map<String, Value> =
        (0..MANY).map(|name| (format!("x{name}"), json!(1))).collect();
    let profile = "https://nrces.in/ndhm/fhir/r4/StructureDefinition/OPConsultRecord";
    for (name, document) in [
        (
            "codings",
            wrap(
                json!({ "resourceType": "Observation", "valueString": "x", "code": { "coding": coding }, "component": component }),
            ),
        ),
        (
            "contained",
            wrap(json!({ "resourceType": "Patient", "contained": contained, "link": links })),
        ),
        (
            "sections",
            wrap(
                json!({ "resourceType": "Composition", "meta": { "profile": [profile] }, "section": section }),
            ),
        ),
        (
            "claims",
            wrap(json!({ "resourceType": "Patient", "meta": { "profile": texts(profile) } })),
        ),
        ("entries", json!({ "resourceType": "Bundle", "type": "document", "entry": entry })),
        ("members", wrap(json!({ "resourceType": "Patient", "name": [unknown] }))),
    ] {
        let json = document.to_string();
        let before = processor_time();
        let report = validate(json.as_bytes(), Rules::nrces(), &ValidateOptions::default());
        let taken = processor_time().saturating_sub(before);
        println!("{name}: {} bytes, {} findings, {taken:?}", json.len(), report.findings.len());
        assert!(!report.is_valid());
        assert!(taken < Duration::from_secs(10), "{name} took {taken:?}");
    }
}
