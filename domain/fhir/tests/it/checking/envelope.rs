//! What holds between the entries of a document, and what is policy.

use abdm_fhir::check::{self, Finding, Layer, Report, Severity};
use abdm_fhir::validate::{ValidateOptions, validate};
use abdm_fhir::{HiType, Rules};
use serde_json::{Value, json};

use crate::{OUTPATIENT, all, built_from};

const OTHER: &str = "0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff";

/// A consultation note after a change.
fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let (_, mut note) = built_from(HiType::OpConsultation, OUTPATIENT);
    change(&mut note);
    note
}

fn checked(note: &Value) -> Report {
    check::bundle(note.to_string().as_bytes())
}

fn after(change: impl FnOnce(&mut Value)) -> Vec<Finding> {
    let findings = checked(&changed(change)).findings;
    // The note has measures that the guide's value sets lack.
    findings.into_iter().filter(|finding| finding.rule != "binding-extensible").collect()
}

fn with_entry(note: &mut Value, resource: &Value) {
    let entry = json!({ "fullUrl": format!("urn:uuid:{OTHER}"), "resource": resource });
    note["entry"].as_array_mut().unwrap().push(entry);
}

#[test]
fn a_note_as_it_is_built_has_no_findings() {
    assert_eq!(after(|_| {}), []);
}

#[test]
fn a_discharge_summary_of_nineteen_entries_has_no_findings() {
    let summary = include_bytes!("../../fixtures/discharge-summary.json");
    assert_eq!(check::document(summary, HiType::DischargeSummary).findings, []);
}

#[test]
fn vital_signs_keep_the_profiles_of_r4_whatever_they_claim() {
    let pulse = |note: &mut Value| {
        let entries = note["entry"].as_array_mut().unwrap().iter_mut();
        let mut observations = entries.map(|entry| &mut entry["resource"]);
        let is_pulse = |one: &&mut Value| one["code"]["coding"][0]["code"] == "8867-4";
        observations.find(is_pulse).unwrap().take()
    };
    for change in [
        (|pulse: &mut Value| pulse["valueQuantity"]["code"] = json!("1/min")) as fn(&mut Value),
        |pulse| _ = pulse.as_object_mut().unwrap().remove("category"),
        |pulse| _ = pulse.as_object_mut().unwrap().remove("effectiveDateTime"),
        |pulse| _ = pulse.as_object_mut().unwrap().remove("valueQuantity"),
    ] {
        let mut alone = pulse(&mut changed(|_| {}));
        let count = |alone: &Value, fhir_only| {
            let options = ValidateOptions { fhir_only, ..ValidateOptions::default() };
            validate(alone.to_string().as_bytes(), Rules::nrces(), &options).errors().count()
        };
        let before = (count(&alone, false), count(&alone, true));
        change(&mut alone);
        assert!(count(&alone, false) > before.0, "{alone}");
        assert_eq!(count(&alone, true), before.1, "HL7's validator waits for its claim: {alone}");
    }
}

#[test]
fn a_reference_that_leads_out_of_the_document_is_a_warning_but_from_the_composition() {
    for elsewhere in [
        "https://hfr.example.org/Organization/1",
        "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff",
        "Organization/1",
    ] {
        let found = after(|note| {
            let entries = note["entry"].as_array_mut().unwrap().iter_mut();
            let mut resources = entries.map(|entry| &mut entry["resource"]);
            let encounter = resources.find(|one| one["resourceType"] == "Encounter").unwrap();
            encounter["serviceProvider"]["reference"] = json!(elsewhere);
        });
        let found: Vec<_> = found.iter().map(|one| (one.rule, one.severity, one.layer)).collect();
        assert_eq!(found, [("reference-resolve", Severity::Warning, Layer::Policy)], "{elsewhere}");
        let found = after(|note| {
            note["entry"][0]["resource"]["custodian"]["reference"] = json!(elsewhere);
        });
        let found: Vec<_> = found.iter().map(|one| (one.rule, one.severity, one.layer)).collect();
        assert_eq!(found, [("reference-resolve", Severity::Error, Layer::Fhir)], "{elsewhere}");
    }
}

#[test]
fn a_replaced_document_may_lie_outside_the_bundle() {
    let found = after(|note| {
        note["entry"][0]["resource"]["relatesTo"] = json!([{
            "code": "replaces",
            "targetReference": { "reference": "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff" }
        }]);
    });
    assert_eq!(found, []);
}

#[test]
fn a_reference_to_a_version_leads_to_the_resource_that_is_that_version() {
    let pointed_at = |version: &str| {
        after(|note| {
            let url = note["entry"][1]["fullUrl"].as_str().unwrap().to_owned();
            let versioned = format!("{url}/_history/1");
            let mut text = note.to_string();
            text = text.replace(
                &format!("\"reference\":\"{url}\""),
                &format!("\"reference\":\"{versioned}\""),
            );
            *note = serde_json::from_str(&text).unwrap();
            note["entry"][1]["resource"]["meta"]["versionId"] = json!(version);
        })
    };
    let of_fhir = |found: Vec<Finding>| {
        found
            .into_iter()
            .filter(|one| one.layer == Layer::Fhir)
            .map(|one| one.rule)
            .collect::<Vec<_>>()
    };
    assert_eq!(of_fhir(pointed_at("1")), [""; 0]);
    assert!(of_fhir(pointed_at("2")).contains(&"reference-resolve"));
}

#[test]
fn relative_full_urls_are_one_finding_with_their_number() {
    let found = after(|note| {
        for entry in note["entry"].as_array_mut().unwrap() {
            let id = entry["resource"]["id"].as_str().unwrap().to_owned();
            let kind = entry["resource"]["resourceType"].as_str().unwrap().to_owned();
            entry["fullUrl"] = json!(format!("{kind}/{id}"));
        }
    });
    let of_urls: Vec<_> = found.iter().filter(|one| one.rule == "full-url").collect();
    let [only] = of_urls[..] else { panic!("{found:#?}") };
    let count = changed(|_| {})["entry"].as_array().unwrap().len();
    assert!(only.message.contains(&format!("{count} entries")), "{}", only.message);
    assert_eq!(only.path, "Bundle.entry");
}

#[test]
fn a_full_url_on_a_server_ends_with_type_and_id() {
    let rules = |url: &str| {
        let found = after(|note| note["entry"][1]["fullUrl"] = json!(url));
        found.into_iter().map(|one| (one.rule, one.severity)).collect::<Vec<_>>()
    };
    let kind = changed(|_| {})["entry"][1]["resource"]["resourceType"].as_str().unwrap().to_owned();
    let of_other = rules(&format!("https://a.example/fhir/{kind}/other"));
    assert!(of_other.contains(&("resource-id", Severity::Error)), "{of_other:?}");
    let of_type = rules("https://a.example/fhir/Group/1");
    assert!(of_type.contains(&("full-url", Severity::Error)), "{of_type:?}");
}

#[test]
fn relative_references_hold_between_addresses_of_one_server() {
    let found = after(|note| {
        let mut text = note.to_string();
        for entry in note["entry"].as_array().unwrap() {
            let (url, resource) = (entry["fullUrl"].as_str().unwrap(), &entry["resource"]);
            let address = format!(
                "{}/{}",
                resource["resourceType"].as_str().unwrap(),
                resource["id"].as_str().unwrap()
            );
            let full_url = format!("\"fullUrl\":\"{url}\"");
            text = text
                .replace(&full_url, &format!("\"fullUrl\":\"https://a.example/fhir/{address}\""));
            text = text.replace(url, &address);
        }
        *note = serde_json::from_str(&text).unwrap();
    });
    assert_eq!(found, []);
}

#[test]
fn an_unreferenced_entry_is_reported_and_provenance_is_reached_from_its_target() {
    let organization = |note: &Value| {
        let mut organization = all(note, "Organization")[0].clone();
        organization["id"] = json!(OTHER);
        organization
    };
    let found = after(|note| {
        let organization = organization(note);
        with_entry(note, &organization);
    });
    let found: Vec<_> = found.iter().map(|one| (one.rule, one.severity)).collect();
    assert_eq!(found, [("reachable", Severity::Error)]);
    // One that points at what the Composition leads to is joined to it all the same.
    let found = after(|note| {
        let mut organization = organization(note);
        let other = all(note, "Organization")[0].clone();
        organization["partOf"] =
            json!({ "reference": format!("urn:uuid:{}", other["id"].as_str().unwrap()) });
        with_entry(note, &organization);
    });
    let found: Vec<_> = found.iter().map(|one| (one.rule, one.severity)).collect();
    assert_eq!(found, [("reachable", Severity::Warning)]);
    let found = after(|note| {
        let target = note["entry"][1]["fullUrl"].clone();
        with_entry(
            note,
            &json!({
                "resourceType": "Provenance",
                "id": OTHER,
                "target": [{ "reference": target }],
                "recorded": "2026-05-04T05:00:00Z",
                "agent": [{ "who": { "display": "Registry" } }]
            }),
        );
    });
    assert_eq!(found, []);
}

#[test]
fn policy_is_kept_apart() {
    let note = changed(|note| {
        let patient = all(note, "Patient")[0].clone();
        let mut other = patient.clone();
        other["id"] = json!(OTHER);
        let address = format!("urn:uuid:{}", patient["id"].as_str().unwrap());
        other["link"] = json!([{ "other": { "reference": address }, "type": "seealso" }]);
        with_entry(note, &other);
        note["meta"]["profile"] = json!(["http://hl7.org/fhir/StructureDefinition/Bundle"]);
    });
    let policy = |report: &Report| {
        let of_policy = report.findings.iter().filter(|finding| finding.layer == Layer::Policy);
        of_policy.map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(policy(&checked(&note)), ["bundle-profile", "one-patient"]);
    let options = ValidateOptions { fhir_only: true, ..ValidateOptions::default() };
    let report = validate(note.to_string().as_bytes(), Rules::nrces(), &options);
    assert_eq!(policy(&report), [""; 0]);
    assert!(report.is_valid(), "{:#?}", report.findings);
}

#[test]
fn the_document_is_of_the_kind_that_was_asked_for() {
    let note = changed(|_| {}).to_string();
    assert!(check::document(note.as_bytes(), HiType::OpConsultation).is_valid());
    let report = check::document(note.as_bytes(), HiType::Invoice);
    assert_eq!(report.errors().map(|error| error.rule).collect::<Vec<_>>(), ["hi-type"]);
}

#[test]
fn a_document_that_claims_nothing_is_held_to_the_profile_of_documents_all_the_same() {
    let found = after(|note| {
        note.as_object_mut().unwrap().remove("meta");
    });
    let paths: Vec<_> = found.iter().map(|one| (one.rule, &one.path[..])).collect();
    assert!(paths.contains(&("cardinality", "Bundle.meta")), "{paths:?}");
    assert!(paths.contains(&("bundle-profile", "Bundle.meta.profile")));
}

#[test]
fn a_list_of_primitives_and_its_extensions_are_kept_in_step_with_null() {
    let given = |given: Value, extensions: Value| {
        after(|note| {
            let entries = note["entry"].as_array_mut().unwrap();
            let is_patient = |entry: &&mut Value| entry["resource"]["resourceType"] == "Patient";
            let patient = entries.iter_mut().find(is_patient).unwrap();
            patient["resource"]["name"][0]["given"] = given;
            patient["resource"]["name"][0]["_given"] = extensions;
        })
    };
    let extended = json!({ "extension": [{ "url": "http://example.org/x", "valueString": "x" }] });
    assert_eq!(given(json!(["Asha", null]), json!([null, extended])), []);
    for (names, extensions) in [
        (json!(["Asha", null]), json!([extended, null])),
        (json!(["Asha", null]), json!([extended])),
        (json!(["Asha"]), extended.clone()),
        (json!([null]), json!([null])),
    ] {
        let found = given(names, extensions);
        assert!(found.iter().any(|one| one.severity == Severity::Error), "{found:?}");
    }
}

#[test]
fn findings_do_not_repeat_what_the_document_says() {
    let text = changed(|_| {}).to_string().replace("Wadgaon", "");
    let secret = "Zorblatt";
    let mutants = [
        text.replace("\"final\"", &format!("\"{secret}\"")),
        text.replace("male", secret),
        text.replace("\"2026", &format!("\"{secret}2026")),
        text.replace("urn:uuid:", &format!("urn:{secret}:")),
        text.replace("http://snomed.info/sct", &format!("http://{secret}.example")),
        text.replace("\"resourceType\":\"Patient\"", &format!("\"resourceType\":\"{secret} 1\"")),
    ];
    for mutant in mutants {
        let report = check::bundle(mutant.as_bytes());
        assert!(!report.is_valid());
        for finding in report.findings {
            assert!(!finding.to_string().contains(secret), "{finding}");
        }
    }
}
