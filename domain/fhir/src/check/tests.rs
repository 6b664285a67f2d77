use serde_json::{Value, json};

use super::*;

const PATIENT: &str = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a01";
const CONDITION: &str = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a02";
const COMPOSITION: &str = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a00";

/// The smallest bundle that this check has nothing to say about.
fn smallest() -> Value {
    let id = |url: &str| url["urn:uuid:".len()..].to_owned();
    json!({
        "resourceType": "Bundle",
        "meta": { "versionId": "1", "profile": [crate::model::profile::DOCUMENT_BUNDLE] },
        "identifier": { "system": "https://hip.example.org", "value": "1" },
        "type": "document",
        "timestamp": "2026-05-04T05:00:00Z",
        "entry": [
            { "fullUrl": COMPOSITION, "resource": {
                "resourceType": "Composition",
                "id": id(COMPOSITION),
                "meta": { "profile": [crate::model::profile::OP_CONSULT_RECORD] },
                "subject": { "reference": PATIENT },
                "section": [{ "entry": [{ "reference": CONDITION, "type": "Condition" }] }]
            } },
            { "fullUrl": PATIENT, "resource": { "resourceType": "Patient", "id": id(PATIENT) } },
            { "fullUrl": CONDITION, "resource": {
                "resourceType": "Condition", "id": id(CONDITION), "subject": { "reference": PATIENT }
            } }
        ]
    })
}

/// What the check says after one change, as `(rule, path)`.
fn after(change: impl FnOnce(&mut Value)) -> Vec<(&'static str, String)> {
    let mut value = smallest();
    change(&mut value);
    bundle(&value).into_iter().map(|finding| (finding.rule, finding.path)).collect()
}

fn remove(value: &mut Value, name: &str) {
    value.as_object_mut().unwrap().remove(name);
}

fn one(rule: &'static str, path: &str) -> Vec<(&'static str, String)> {
    vec![(rule, path.to_owned())]
}

#[test]
fn a_sound_bundle_has_no_findings() {
    assert_eq!(after(|_| {}), []);
}

#[test]
fn the_envelope_must_be_that_of_a_document() {
    type Change = fn(&mut Value);
    let cases: [(Change, &str, &str); 9] = [
        (|b| b["meta"]["profile"] = json!(["x"]), "bundle-profile", "Bundle.meta.profile"),
        (|b| remove(&mut b["meta"], "versionId"), "cardinality", "Bundle.meta.versionId"),
        (|b| remove(&mut b["identifier"], "system"), "bdl-9", "Bundle.identifier.system"),
        (|b| b["type"] = json!("collection"), "bundle-type", "Bundle.type"),
        (|b| remove(b, "timestamp"), "bdl-10", "Bundle.timestamp"),
        (|b| b["timestamp"] = json!("2026-05-04"), "instant", "Bundle.timestamp"),
        (|b| b["total"] = json!(1), "bdl-1", "Bundle.total"),
        (
            |b| b["entry"][1]["search"] = json!({ "mode": "match" }),
            "bdl-2",
            "Bundle.entry[1].search",
        ),
        (|b| b["resourceType"] = json!("Group"), "resource-type", "Bundle"),
    ];
    for (change, rule, path) in cases {
        assert_eq!(after(change), one(rule, path));
    }
}

#[test]
fn the_composition_comes_first() {
    let found = after(|b| b["entry"].as_array_mut().unwrap().swap(0, 1));
    assert_eq!(found, one("bdl-11", "Bundle.entry[0].resource"));
}

#[test]
fn every_entry_has_an_address_of_its_own() {
    assert_eq!(
        after(|b| b["entry"][2]["fullUrl"] = json!("Condition/1"))[0],
        ("full-url", "Bundle.entry[2].fullUrl".to_owned())
    );
    assert_eq!(
        after(|b| b["entry"][2]["fullUrl"] = json!(PATIENT))[0],
        ("bdl-7", "Bundle.entry[2].fullUrl".to_owned())
    );
    let found = after(|b| b["entry"][2]["resource"]["id"] = json!("other"));
    assert_eq!(found, one("resource-id", "Bundle.entry[2].fullUrl"));
}

#[test]
fn every_reference_finds_its_entry_and_says_its_type() {
    let path = "Bundle.entry[0].resource.section[0].entry[0]";
    let nowhere = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff";
    for address in [nowhere, "Condition/2"] {
        let found = after(|b| {
            b["entry"][0]["resource"]["section"][0]["entry"][0]["reference"] = json!(address);
        });
        assert_eq!(found[0], ("reference-resolve", format!("{path}.reference")));
        assert_eq!(found[1], ("reachable", "Bundle.entry[2]".to_owned()));
    }
    let found =
        after(|b| b["entry"][0]["resource"]["section"][0]["entry"][0]["type"] = json!("Binary"));
    assert_eq!(found, one("reference-type", &format!("{path}.type")));
}

#[test]
fn a_reference_to_another_server_is_only_a_warning() {
    let mut value = smallest();
    value["entry"][2]["resource"]["recorder"] =
        json!({ "reference": "https://hpr.example.org/Practitioner/1" });
    let findings = bundle(&value);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].rule, findings[0].severity), ("reference-resolve", Severity::Warning));
}

#[test]
fn relative_references_hold_between_addresses_of_one_server() {
    let found = after(|b| {
        b["entry"][1]["fullUrl"] = json!("https://a.example/fhir/Patient/p");
        b["entry"][1]["resource"]["id"] = json!("p");
        b["entry"][2]["fullUrl"] = json!("https://a.example/fhir/Condition/c");
        b["entry"][2]["resource"]["id"] = json!("c");
        b["entry"][2]["resource"]["subject"]["reference"] = json!("Patient/p");
        b["entry"][0]["resource"]["subject"]["reference"] =
            json!("https://a.example/fhir/Patient/p");
        b["entry"][0]["resource"]["section"][0]["entry"][0]["reference"] =
            json!("https://a.example/fhir/Condition/c");
    });
    assert_eq!(found, []);
}

#[test]
fn provenance_is_reached_from_what_it_is_about() {
    let found = after(|b| {
        b["entry"].as_array_mut().unwrap().push(json!({
            "fullUrl": "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a04",
            "resource": {
                "resourceType": "Provenance",
                "id": "0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a04",
                "target": [{ "reference": CONDITION }]
            }
        }));
    });
    assert_eq!(found, []);
}

#[test]
fn a_document_is_about_one_patient() {
    let found = after(|b| {
        let mut other = b["entry"][1].clone();
        other["fullUrl"] = json!("urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a03");
        other["resource"]["id"] = json!("0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0a03");
        b["entry"][2]["resource"]["subject"]["reference"] = other["fullUrl"].clone();
        b["entry"].as_array_mut().unwrap().push(other);
    });
    assert_eq!(
        found,
        [
            ("one-patient", "Bundle.entry[3].resource".to_owned()),
            ("one-patient", "Bundle.entry[2].resource.subject".to_owned()),
        ]
    );
}

#[test]
fn the_composition_names_one_kind_of_document_and_it_is_the_one_asked_for() {
    let found = after(|b| remove(&mut b["entry"][0]["resource"], "meta"));
    assert_eq!(found, one("document-profile", "Bundle.entry[0].resource.meta.profile"));
    assert_eq!(document(&smallest(), HiType::OpConsultation), []);
    assert_eq!(document(&smallest(), HiType::Invoice)[0].rule, "hi-type");
}

#[test]
fn nothing_is_empty_and_null_only_keeps_lists_in_step() {
    for (value, rule) in [
        (json!(""), "json-empty"),
        (json!([]), "json-empty"),
        (json!({}), "json-empty"),
        (Value::Null, "json-null"),
    ] {
        let found = after(|b| b["entry"][1]["resource"]["extra"] = value);
        assert_eq!(found, one(rule, "Bundle.entry[1].resource.extra"));
    }
    let found = after(|b| {
        b["entry"][1]["resource"]["given"] = json!(["A", null]);
        b["entry"][1]["resource"]["_given"] = json!([null, { "id": "b" }]);
    });
    assert_eq!(found, []);
}

#[test]
fn what_is_not_a_bundle_or_too_deep_is_answered() {
    for value in [json!(null), json!([]), json!("x"), json!({ "entry": { "a": [] } })] {
        assert!(bundle(&value).iter().any(|finding| finding.severity == Severity::Error));
    }
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(after(|b| b["entry"][1]["resource"]["extra"] = deep), one("depth", "Bundle"));
}

#[test]
fn the_number_of_findings_is_bounded() {
    let found = after(|b| b["entry"][1]["resource"]["extra"] = json!(vec![json!({}); 5_000]));
    assert_eq!(found.len(), FINDINGS_MAX);
}
