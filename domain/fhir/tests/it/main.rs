//! What the crate promises from outside.

#![expect(clippy::unwrap_used, reason = "a broken test should stop where it breaks")]
#![expect(clippy::print_stdout, reason = "figures, and what was skipped, with --nocapture")]

mod building;
mod checking;
mod reading;
mod shared;
mod showing;

use abdm_fhir::{BuildContext, Confidentiality, Document, Documents, HiType, VisitDocument};
use serde_json::Value;

/// An outpatient visit with everything a consultation note can tell.
const OUTPATIENT: &str = include_str!("../fixtures/outpatient.json");
/// A short stay with something for every other kind of document.
const STAY: &str = include_str!("../fixtures/stay.json");

fn context() -> BuildContext {
    BuildContext {
        revision: 2,
        built_at: "2026-05-04T05:00:00Z".parse().unwrap(),
        hip_url: "https://hip.example.org".to_owned(),
        deployment_url: "https://emr.example.org".to_owned(),
        confidentiality: Confidentiality::Restricted,
    }
}

/// What a visit yields.
fn documents_of(text: &str) -> Documents {
    let visit = VisitDocument::parse(text.as_bytes()).unwrap();
    abdm_fhir::documents(&visit, &context())
}

/// The documents of a kind, each with its bundle.
fn all_built(hi_type: HiType, text: &str) -> Vec<(Document, Value)> {
    let built = documents_of(text).built.into_iter().filter(|document| document.hi_type == hi_type);
    built
        .map(|document| {
            let json = serde_json::from_str(&document.json).unwrap();
            (document, json)
        })
        .collect()
}

/// The first document of a kind.
fn built_from(hi_type: HiType, text: &str) -> (Document, Value) {
    all_built(hi_type, text).into_iter().next().expect("the visit yields it")
}

/// A document of the outpatient fixture, after a change of the visit.
fn built(hi_type: HiType, change: impl FnOnce(&mut Value)) -> (Document, Value) {
    built_from(hi_type, &changed(OUTPATIENT, change))
}

fn changed(fixture: &str, change: impl FnOnce(&mut Value)) -> String {
    let mut visit: Value = serde_json::from_str(fixture).unwrap();
    change(&mut visit);
    visit.to_string()
}

/// The resources of a type, in document order.
fn all<'b>(bundle: &'b Value, kind: &str) -> Vec<&'b Value> {
    let entries = bundle["entry"].as_array().unwrap().iter();
    entries.map(|entry| &entry["resource"]).filter(|part| part["resourceType"] == kind).collect()
}

/// The section of that title.
fn section<'b>(bundle: &'b Value, title: &str) -> &'b Value {
    let sections = bundle["entry"][0]["resource"]["section"].as_array().unwrap();
    sections.iter().find(|section| section["title"] == title).expect(title)
}

/// How a reference names this resource.
fn urn(resource: &Value) -> String {
    format!("urn:uuid:{}", resource["id"].as_str().unwrap())
}

/// The fields of the visit that a document is silent about.
fn left_out(document: &Document) -> Vec<&str> {
    let findings = document.findings.iter().filter(|finding| finding.rule == "left-out");
    findings.map(|finding| &finding.path[..]).collect()
}
