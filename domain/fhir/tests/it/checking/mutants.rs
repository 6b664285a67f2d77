//! Single faults, put into sound documents one at a time: nearly every one must be found.
//!
//! The faults are chosen from the guide's tables and from the rules of JSON in FHIR, not from what the
//! validator happens to check. The same fault at the same element counts once, whatever the document.

mod fault;
mod guide;
mod site;

use std::collections::{BTreeMap, BTreeSet};

use abdm_fhir::check;
use abdm_fhir::{VisitDocument, documents};
use serde_json::Value;

use crate::shared::{files, folder, json};
use crate::{OUTPATIENT, context};

/// A document with one fault.
struct Mutant {
    /// The element: `Patient.name.text`.
    fault: String,
    /// The same as `FHIRPath`.
    place: String,
    json: String,
}

impl Mutant {
    /// Whether a finding at `path` is at the fault, around it or inside of it.
    fn is_near(&self, path: &str) -> bool {
        path.starts_with(&self.place) || self.place.starts_with(path)
    }
}

/// Attachments make the test slow and the faults no different.
const DOCUMENT_BYTES_MAX: usize = 100_000;

/// How many of a hundred faults must be found.
const PERCENT_FOUND_MIN: usize = 99;

fn sound_documents() -> Vec<(String, Value)> {
    let visit = VisitDocument::parse(OUTPATIENT.as_bytes()).unwrap();
    let built = documents(&visit, &context()).built;
    let mut sound: Vec<(String, Value)> = built
        .iter()
        .map(|one| (one.hi_type.to_string(), serde_json::from_str(&one.json).unwrap()))
        .collect();
    if let Some(folder) = folder("bundles") {
        for case in files(&json(folder.join("index.json"))) {
            let name = case["file"].as_str().unwrap();
            let path = folder.join(name);
            let size = usize::try_from(std::fs::metadata(&path).unwrap().len()).unwrap();
            if case["expected"] == "valid" && size <= DOCUMENT_BYTES_MAX {
                sound.push((name.to_owned(), json(path)));
            }
        }
    }
    sound
}

#[test]
fn nearly_every_single_fault_is_found() {
    let (mut count, mut missed) = (BTreeMap::<&str, usize>::new(), BTreeSet::new());
    let (mut done, mut elsewhere) = (BTreeSet::new(), BTreeSet::new());
    for (name, document) in sound_documents() {
        let sound = check::bundle(document.to_string().as_bytes());
        assert!(sound.is_valid(), "{name}: {:#?}", sound.findings);
        for (operator, mutant) in fault::mutants(&name, &document, &mut done) {
            *count.entry(operator).or_default() += 1;
            let report = check::bundle(mutant.json.as_bytes());
            if report.is_valid() {
                missed.insert(format!("{operator}: {} in {name}", mutant.fault));
            } else if !report.errors().any(|error| mutant.is_near(&error.path)) {
                elsewhere.insert(format!("{operator}: {} in {name}", mutant.fault));
            }
        }
    }
    let all: usize = count.values().sum();
    println!("{count:#?}\n{all} faults, {} missed: {missed:#?}", missed.len());
    println!("{} are found, but not where they are: {elsewhere:#?}", elsewhere.len());
    assert!(all >= 200);
    assert!(
        missed.len() * 100 <= all * (100 - PERCENT_FOUND_MIN),
        "{} of {all} missed",
        missed.len()
    );
}
