//! What holds for each document of each kind.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{OUTPATIENT, STAY, documents_of};

/// All documents of both fixtures: every kind is among them.
fn all_documents() -> Vec<(String, Value)> {
    let built = [OUTPATIENT, STAY].into_iter().flat_map(|visit| documents_of(visit).built);
    built.map(|one| (one.identifier, serde_json::from_str(&one.json).unwrap())).collect()
}

/// Every object in a JSON value that is held under `name`.
fn held<'v>(value: &'v Value, name: &str, found: &mut Vec<&'v Value>) {
    match value {
        Value::Object(object) => {
            for (key, field) in object {
                if key == name {
                    found.push(field);
                }
                held(field, name, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| held(item, name, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn the_same_visit_gives_the_same_bytes() {
    for visit in [OUTPATIENT, STAY] {
        let (first, second) = (documents_of(visit).built, documents_of(visit).built);
        let pairs = first.iter().zip(&second);
        assert_eq!(first.len(), second.len());
        for (one, other) in pairs {
            assert_eq!(one.json, other.json, "{}", one.identifier);
        }
    }
}

#[test]
fn no_two_documents_share_a_name_or_a_resource() {
    let documents = all_documents();
    let names: BTreeSet<_> = documents.iter().map(|(identifier, _)| identifier).collect();
    assert_eq!(names.len(), documents.len());
    let urls: Vec<_> = documents
        .iter()
        .flat_map(|(_, bundle)| bundle["entry"].as_array().unwrap())
        .map(|entry| entry["fullUrl"].as_str().unwrap())
        .collect();
    assert_eq!(urls.iter().collect::<BTreeSet<_>>().len(), urls.len());
}

#[test]
fn no_coding_lacks_its_system_code_or_display() {
    let mut count = 0;
    for (identifier, bundle) in all_documents() {
        let mut lists = vec![];
        held(&bundle, "coding", &mut lists);
        for coding in lists.into_iter().flat_map(|list| list.as_array().unwrap()) {
            count += 1;
            for part in ["system", "code", "display"] {
                let text = coding[part].as_str();
                assert!(text.is_some_and(|text| !text.trim().is_empty()), "{identifier}: {coding}");
            }
        }
    }
    assert!(count > 200);
}

#[test]
fn every_resource_names_its_profile_and_has_words() {
    for (identifier, bundle) in all_documents() {
        for entry in bundle["entry"].as_array().unwrap() {
            let resource = &entry["resource"];
            let profile = resource["meta"]["profile"][0].as_str().unwrap();
            assert!(profile.starts_with("https://nrces.in/ndhm/fhir/r4/StructureDefinition/"));
            let words = resource["text"]["div"].as_str().unwrap();
            assert!(words.len() > "<div></div>".len(), "{identifier}: {resource}");
        }
    }
}

#[test]
fn every_reference_into_the_document_says_its_type_and_has_words() {
    for (identifier, bundle) in all_documents() {
        let mut count = 0;
        objects(&bundle, &mut |object| {
            if object.get("reference").is_some_and(Value::is_string) {
                count += 1;
                assert!(object["type"].is_string(), "{identifier}");
                assert!(object["display"].is_string(), "{identifier}");
            }
        });
        assert!(count > 5, "{identifier}");
    }
}

fn objects(value: &Value, visit: &mut impl FnMut(&serde_json::Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            visit(object);
            object.values().for_each(|field| objects(field, visit));
        }
        Value::Array(items) => items.iter().for_each(|item| objects(item, visit)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
