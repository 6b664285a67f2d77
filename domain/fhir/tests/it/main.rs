//! What the crate promises from outside.

#![expect(clippy::unwrap_used, reason = "a broken test should stop where it breaks")]

mod golden;
mod notes;
mod prescriptions;
mod shared;
mod wellness;

use abdm_fhir::{BuildContext, Confidentiality, Document, HiType, VisitDocument, documents};
use serde_json::Value;

const OUTPATIENT: &str = include_str!("../fixtures/outpatient.json");

fn context() -> BuildContext {
    BuildContext {
        revision: 2,
        built_at: "2026-05-04T05:00:00Z".parse().unwrap(),
        hip_url: "https://hip.example.org".to_owned(),
        deployment_url: "https://emr.example.org".to_owned(),
        confidentiality: Confidentiality::Restricted,
    }
}

/// A document of the outpatient fixture, after a change of the visit.
fn built(hi_type: HiType, change: impl FnOnce(&mut Value)) -> (Document, Value) {
    let mut visit: Value = serde_json::from_str(OUTPATIENT).unwrap();
    change(&mut visit);
    built_from(hi_type, &visit.to_string())
}

fn built_from(hi_type: HiType, text: &str) -> (Document, Value) {
    let visit = VisitDocument::parse(text.as_bytes()).unwrap();
    let documents = documents(&visit, &context());
    let document = documents.built.into_iter().find(|document| document.hi_type == hi_type);
    let document = document.expect("the visit yields it");
    let json = serde_json::from_str(&document.json).unwrap();
    (document, json)
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
