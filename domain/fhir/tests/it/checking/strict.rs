//! What the definitions say in prose, or only by way of what they point at.

use abdm_fhir::check::{self, Layer, Report, Severity};
use abdm_fhir::validate::{ValidateOptions, validate};
use abdm_fhir::{HiType, Rules};
use serde_json::{Value, json};

use crate::{OUTPATIENT, STAY, built_from};

/// The report on a document after a change of its first resource of a type.
fn after(hi_type: HiType, kind: &str, change: impl FnOnce(&mut Value)) -> Report {
    check::bundle(changed(hi_type, kind, change).as_bytes())
}

fn changed(hi_type: HiType, kind: &str, change: impl FnOnce(&mut Value)) -> String {
    let visit = if hi_type == HiType::OpConsultation { OUTPATIENT } else { STAY };
    let (_, mut document) = built_from(hi_type, visit);
    let resource = if kind == "Bundle" {
        &mut document
    } else {
        let entries = document["entry"].as_array_mut().unwrap().iter_mut();
        let mut resources = entries.map(|entry| &mut entry["resource"]);
        resources.find(|one| one["resourceType"] == kind).expect(kind)
    };
    change(resource);
    document.to_string()
}

fn note(kind: &str, change: impl FnOnce(&mut Value)) -> Report {
    after(HiType::OpConsultation, kind, change)
}

fn errors(report: &Report) -> Vec<(&'static str, &str)> {
    report.errors().map(|error| (error.rule, &error.path[..])).collect()
}

fn warnings(report: &Report) -> Vec<(&'static str, Layer)> {
    let warnings = report.findings.iter().filter(|one| one.severity == Severity::Warning);
    let warnings = warnings.filter(|one| !one.rule.starts_with("binding-"));
    warnings.map(|one| (one.rule, one.layer)).collect()
}

/// That exactly one error of this rule is found, at a path with this end.
fn assert_only(report: &Report, rule: &str, end: &str) {
    let found = errors(report);
    let is_it = matches!(found[..], [(only, path)] if only == rule && path.ends_with(end));
    assert!(is_it, "{rule} at {end} only, and not {:#?}", report.findings);
}

#[test]
fn a_target_is_held_to_the_profile_that_the_reference_asks_for() {
    let report = after(HiType::Prescription, "MedicationRequest", |order| {
        order.as_object_mut().unwrap().remove("meta");
        order.as_object_mut().unwrap().remove("medicationCodeableConcept");
        order["medicationReference"] = json!({ "display": "Paracetamol" });
    });
    assert!(!report.is_valid(), "{:#?}", report.findings);
    for meta in
        [Value::Null, json!({ "profile": ["http://hl7.org/fhir/StructureDefinition/Patient"] })]
    {
        let report = note("Patient", |patient| {
            patient.as_object_mut().unwrap().remove("identifier");
            if meta.is_null() {
                patient.as_object_mut().unwrap().remove("meta");
            } else {
                patient["meta"] = meta;
            }
        });
        assert_only(&report, "cardinality", ".resource.identifier");
    }
    // One that keeps the profile need not name it.
    let report = note("Patient", |patient| _ = patient.as_object_mut().unwrap().remove("meta"));
    assert_eq!(errors(&report), []);
    assert_eq!(warnings(&report), [("profile-missing", Layer::Policy)]);
}

#[test]
fn one_of_several_profiles_must_fit() {
    let undeclared = |change: fn(&mut Value)| {
        after(HiType::DiagnosticReport, "DiagnosticReport", |report| {
            report.as_object_mut().unwrap().remove("meta");
            change(report);
        })
    };
    assert_eq!(errors(&undeclared(|_| {})), []);
    let report =
        undeclared(|report| _ = report.as_object_mut().unwrap().remove("resultsInterpreter"));
    let rules: Vec<_> = report.errors().map(|error| error.rule).collect();
    assert_eq!(rules, ["reference-profile"], "{:#?}", report.findings);
}

#[test]
fn a_target_of_a_target_is_held_too() {
    let report = note("Encounter", |encounter| {
        encounter.as_object_mut().unwrap().remove("meta");
        encounter["serviceProvider"] = json!({ "reference": "#other" });
        encounter["contained"] =
            json!([{ "resourceType": "Organization", "id": "other", "active": true }]);
    });
    let found = errors(&report);
    assert!(found.iter().any(|(_, path)| path.contains(".contained[0]")), "{found:?}");
}

#[test]
fn a_code_that_a_complete_system_lacks_is_an_error_whatever_the_binding() {
    let typed = |system: &str, code: &str| {
        note("Patient", |patient| {
            patient["identifier"][0]["type"]["coding"] =
                json!([{ "system": system, "code": code, "display": "a" }]);
        })
    };
    let table = "http://terminology.hl7.org/CodeSystem/v2-0203";
    assert_eq!(errors(&typed(table, "MR")), []);
    assert_eq!(
        errors(&typed(table, "mr")),
        [],
        "the tables of v2 do not tell letters by their size"
    );
    assert_only(&typed(table, "ZZZ"), "code-unknown", ".type.coding[0]");
    let relation = "http://terminology.hl7.org/CodeSystem/v3-RoleCode";
    assert_only(&typed(relation, "FTHx"), "code-unknown", ".type.coding[0]");
    assert_only(&typed(relation, "fth"), "code-unknown", ".type.coding[0]");
    assert_eq!(errors(&typed("https://emr.example.org/types", "ZZZ")), []);
    let signed = |code: &str| {
        note("Bundle", |bundle| {
            let who = bundle["entry"][1]["fullUrl"].clone();
            bundle["signature"] = json!({
                "type": [{ "system": "urn:iso-astm:E1762-95:2013", "code": code }],
                "when": "2026-05-04T05:00:00Z",
                "who": { "reference": who },
                "sigFormat": "image/png",
                "data": "QQ=="
            });
        })
    };
    assert_eq!(errors(&signed("1.2.840.10065.1.12.1.1")), []);
    assert_only(&signed("1.2.840.10065.1.12.1.99"), "code-unknown", "Bundle.signature.type[0]");
}

#[test]
fn addresses_of_systems_profiles_and_extensions_are_absolute() {
    for relative in ["hip.in", "phone", "v2-0203", "Patient/1", "HTTP://hip.in", "htp://hip.in"] {
        let report =
            note("Patient", |patient| patient["identifier"][0]["system"] = json!(relative));
        assert_only(&report, "primitive-format", ".identifier[0].system");
        let report = note("Patient", |patient| {
            patient["maritalStatus"] = json!({ "coding": [{ "system": relative, "code": "a" }] });
        });
        let found = errors(&report);
        assert!(
            found
                .iter()
                .any(|(rule, path)| *rule == "primitive-format" && path.ends_with(".system")),
            "{relative}: {found:?}"
        );
        let report = after(HiType::DiagnosticReport, "Observation", |one| {
            one["referenceRange"] =
                json!([{ "low": { "value": 1, "system": relative, "code": "a" } }]);
        });
        assert_only(&report, "primitive-format", ".low.system");
    }
    for relative in ["Patient", "ndhm/Patient", "HTTPS://nrces.in/Patient"] {
        let report = note("Patient", |patient| patient["meta"]["profile"] = json!([relative]));
        assert_only(&report, "primitive-format", ".meta.profile[0]");
        let report = note("Patient", |patient| {
            patient["extension"] = json!([{ "url": relative, "valueString": "a" }]);
        });
        assert_only(&report, "extension-url", ".extension[0].url");
        let report = note("Patient", |patient| {
            patient["name"][0]["_text"] =
                json!({ "extension": [{ "url": relative, "valueString": "a" }] });
        });
        assert_only(&report, "extension-url", "._text.extension[0].url");
        let report = note("Patient", |patient| {
            let inner = json!([{ "url": relative, "valueString": "a" }]);
            patient["extension"] = json!([{ "url": "https://a.example/x", "extension": inner }]);
        });
        assert_eq!(errors(&report), [], "inside of another extension it may be relative");
    }
}

#[test]
fn a_unit_of_ucum_follows_its_grammar() {
    let measured = |code: &str| {
        after(HiType::DiagnosticReport, "Observation", |one| {
            one["referenceRange"] = json!([{
                "low": { "value": 1, "system": "http://unitsofmeasure.org", "code": code }
            }]);
        })
    };
    for unit in ["mm[Hg]", "10*3/uL", "mL/min/{1.73_m2}", "{score}"] {
        assert_eq!(errors(&measured(unit)), [], "{unit}");
    }
    for other in ["mmHg", "tablets", "mg/", "degC"] {
        assert_only(&measured(other), "ucum", ".low");
    }
}

#[test]
fn a_size_agrees_with_the_data() {
    let attached = |size: Value, data: &str| {
        note("Patient", |patient| {
            patient["photo"] = json!([{ "contentType": "image/png", "size": size, "data": data }]);
        })
    };
    assert_eq!(errors(&attached(json!(5), "SGVsbG8=")), []);
    assert_eq!(errors(&attached(json!(5), "SGVs\nbG8=")), []);
    for wrong in [0, 4, 6, 8] {
        assert_only(&attached(json!(wrong), "SGVsbG8="), "attachment-size", ".photo[0].size");
    }
}

#[test]
fn a_security_label_is_there_once() {
    let labelled = |codes: &[&str]| {
        let system = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality";
        let label = |code: &&str| json!({ "system": system, "code": code });
        let labels: Vec<Value> = codes.iter().map(label).collect();
        note("Bundle", |bundle| bundle["meta"]["security"] = json!(labels))
    };
    assert_eq!(errors(&labelled(&["R", "V"])), []);
    assert_only(&labelled(&["R", "V", "R"]), "security-duplicate", "Bundle.meta.security");
}

#[test]
fn a_resource_without_definition_is_held_to_what_all_resources_share() {
    let list = json!({
        "resourceType": "List", "id": "0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff", "status": "current",
        "mode": "working"
    });
    let with = |change: fn(&mut Value, &Value)| {
        note("Bundle", |bundle| {
            let mut list = list.clone();
            let patient = bundle["entry"][1]["fullUrl"].clone();
            list["subject"] = json!({ "reference": patient });
            change(&mut list, bundle);
            let url = "urn:uuid:0b4f2b9e-6f0a-4a53-9f0f-2a1b8f0f0aff";
            bundle["entry"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "fullUrl": url, "resource": list }));
        })
    };
    let sound = with(|_, _| {});
    assert!(!errors(&sound).iter().any(|(rule, _)| *rule == "reachable"), "{:#?}", sound.findings);
    assert!(warnings(&sound).iter().any(|(rule, _)| *rule == "not-checked"));
    for (rule, change) in [
        ("primitive-format", (|list, _| list["id"] = json!("a b")) as fn(&mut Value, &Value)),
        ("txt-1", |list, _| list["text"] = json!({ "status": "generated", "div": "a" })),
        ("type", |list, _| list["meta"] = json!("a")),
        ("json-empty", |list, _| list["entry"] = json!([])),
        ("extension-url", |list, _| {
            list["extension"] = json!([{ "url": "a", "valueString": "a" }]);
        }),
        ("reference-form", |list, _| list["source"] = json!({ "reference": "a b" })),
    ] {
        let report = with(change);
        assert!(report.errors().any(|error| error.rule == rule), "{rule}: {:#?}", report.findings);
    }
}

#[test]
fn an_unknown_modifier_is_a_warning() {
    let report = note("Patient", |patient| {
        patient["modifierExtension"] =
            json!([{ "url": "https://a.example/x", "valueBoolean": true }]);
        patient["implicitRules"] = json!("https://a.example/rules");
    });
    assert_eq!(errors(&report), []);
    let mut found = warnings(&report);
    found.sort_unstable_by_key(|(rule, _)| *rule);
    assert_eq!(found, [("implicit-rules", Layer::Fhir), ("modifier-extension", Layer::Fhir)]);
}

#[test]
fn a_text_that_loads_something_is_a_warning_of_ours() {
    let text = |content: &str| {
        note("Patient", |patient| {
            let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{content}</div>");
            patient["text"] = json!({ "status": "generated", "div": div });
        })
    };
    for loads in [
        "<img src=\"https://a.example/a.png\" alt=\"a\"/>",
        "<p style=\"background: url(https://a.example/a)\">a</p>",
        "<a href=\"data:text/html,a\">a</a>",
    ] {
        let report = text(loads);
        assert_eq!(errors(&report), [], "{loads}");
        assert_eq!(warnings(&report), [("txt-loads", Layer::Policy)], "{loads}");
    }
    assert_only(&text("<img src=\"#photo\" alt=\"a\"/>"), "txt-image", ".text.div");
    assert_only(&text("<a href=\"&#106;avascript:a()\">a</a>"), "txt-1", ".text.div");
}

#[test]
fn an_address_of_a_reference_has_one_of_three_forms() {
    for wrong in
        ["a", "not an address", "URN:UUID:0B4F2B9E", "2026-02-30", "patient/1", "Patient/a b"]
    {
        let report = note("Encounter", |one| one["serviceProvider"]["reference"] = json!(wrong));
        assert_only(&report, "reference-form", ".serviceProvider.reference");
    }
}

#[test]
fn a_unit_without_its_system_is_one_finding() {
    let (_, mut document) = built_from(HiType::WellnessRecord, OUTPATIENT);
    let entries = document["entry"].as_array_mut().unwrap().iter_mut();
    let mut quantities = entries.filter_map(|entry| entry["resource"].get_mut("valueQuantity"));
    quantities.next().expect("a measure").as_object_mut().unwrap().remove("system");
    assert_only(&check::bundle(document.to_string().as_bytes()), "qty-3", ".valueQuantity");
}

#[test]
fn nothing_is_said_of_a_document_that_claims_a_profile_nobody_knows() {
    let (_, mut document) = built_from(HiType::OpConsultation, OUTPATIENT);
    document["meta"]["profile"] = json!(["https://a.example/Other"]);
    let options = ValidateOptions { fhir_only: true, ..ValidateOptions::default() };
    let report = validate(document.to_string().as_bytes(), Rules::nrces(), &options);
    assert_only(&report, "profile-unknown", "Bundle.meta.profile[0]");
}

/// The verdict for FHIR alone, and the layers of the errors of all that we ask.
fn with_and_without_policy(kind: &str, change: impl FnOnce(&mut Value)) -> (bool, Vec<Layer>) {
    let json = changed(HiType::OpConsultation, kind, change);
    let options = ValidateOptions { fhir_only: true, ..ValidateOptions::default() };
    let fhir = validate(json.as_bytes(), Rules::nrces(), &options);
    let all = check::bundle(json.as_bytes());
    (fhir.is_valid(), all.errors().map(|error| error.layer).collect())
}

#[test]
fn findings_beyond_hl7s_validator_are_errors() {
    let refused_by_us = (true, vec![Layer::Policy]);
    let empty = |one: &mut Value| one["meta"]["profile"] = json!([]);
    assert_eq!(with_and_without_policy("Patient", empty), refused_by_us);
    let label = |code: &str| json!([{ "system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": code }]);
    let unknown = |one: &mut Value| one["meta"]["security"] = label("Vx");
    assert_eq!(with_and_without_policy("Bundle", unknown), refused_by_us);
    let relative = |one: &mut Value| {
        one["maritalStatus"] = json!({ "coding": [{ "system": "hip.in", "code": "a" }] });
    };
    assert_eq!(with_and_without_policy("Patient", relative), refused_by_us);
    let class = |one: &mut Value| one["class"]["code"] = json!("Vx");
    assert_eq!(with_and_without_policy("Encounter", class), refused_by_us);
    // Looked up by both, or no URI at all.
    for system in ["", "hip in", " http://hip.in"] {
        let spoilt = |one: &mut Value| {
            one["maritalStatus"] = json!({ "coding": [{ "system": system, "code": "a" }] });
        };
        assert!(!with_and_without_policy("Patient", spoilt).0, "{system:?}");
    }
    let unknown_in_concept = |one: &mut Value| {
        one["maritalStatus"] = json!({ "coding": [{ "system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "Vx" }] });
    };
    assert!(!with_and_without_policy("Patient", unknown_in_concept).0);
}

#[test]
fn a_resource_type_that_is_there_twice_is_an_error_of_ours_and_other_names_of_fhir() {
    let json = changed(HiType::OpConsultation, "Patient", |_| {});
    let options = ValidateOptions { fhir_only: true, ..ValidateOptions::default() };
    for (member, is_valid) in
        [("\"resourceType\":\"Patient\"", true), ("\"gender\":\"female\"", false)]
    {
        assert!(json.contains(member), "{member}");
        let twice = json.replacen(member, &format!("{member},{member}"), 1);
        let fhir = validate(twice.as_bytes(), Rules::nrces(), &options);
        assert_eq!(fhir.is_valid(), is_valid, "{member}");
        let layer = if is_valid { Layer::Policy } else { Layer::Fhir };
        let all = check::bundle(twice.as_bytes());
        assert!(all.errors().any(|error| error.rule == "json-duplicate" && error.layer == layer));
    }
}
