//! Larger collections of visits and bundles that live beside the repository.
//!
//! `HIP_SHARED` names their folder; without it the folder beside the workspace is tried. Where there
//! is none, these tests have nothing to look at.

use std::collections::BTreeSet;
use std::path::PathBuf;

use abdm_fhir::check::Severity;
use abdm_fhir::{HiType, VisitDocument, documents};
use serde_json::Value;

use crate::context;

pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HIP_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    Some(root.join("fixtures").join(name)).filter(|folder| folder.is_dir())
}

pub(crate) fn json(path: PathBuf) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

pub(crate) fn files(index: &Value) -> impl Iterator<Item = &Value> {
    index["files"].as_array().unwrap().iter()
}

#[test]
fn every_visit_is_accepted_or_refused_as_its_index_says() {
    let Some(folder) = folder("visits") else {
        eprintln!("there is no folder of visits to look at");
        return;
    };
    for case in files(&json(folder.join("index.json"))) {
        let name = case["file"].as_str().unwrap();
        let visit = VisitDocument::parse(&std::fs::read(folder.join(name)).unwrap());
        match (visit, case["element"].as_str()) {
            (Ok(visit), None) => yields(name, &visit, case),
            (Err(errors), Some(element)) => {
                assert!(errors.iter().any(|error| error.path == element), "{name}: {errors}");
            }
            (Ok(_), Some(_)) => panic!("{name} should be refused"),
            (Err(errors), None) => panic!("{name}: {errors}"),
        }
    }
}

/// Exactly the documents of the index, and a reason for each of the eight kinds that is not there.
fn yields(name: &str, visit: &VisitDocument, case: &Value) {
    let documents = documents(visit, &context());
    for document in &documents.built {
        let errors: Vec<_> = document
            .findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
    }
    let mut found: Vec<&str> = documents.built.iter().map(|one| one.hi_type.as_str()).collect();
    found.sort_unstable();
    let mut expected: Vec<&str> =
        case["documents"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    expected.sort_unstable();
    assert_eq!(found, expected, "{name}");
    let skipped = documents.skipped.iter().map(|skipped| skipped.hi_type.as_str());
    let told: BTreeSet<&str> = found.into_iter().chain(skipped).collect();
    assert_eq!(told.len(), HiType::ALL.len(), "{name}");
}
