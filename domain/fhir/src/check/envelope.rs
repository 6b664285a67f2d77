//! The bundle itself: that it is a document, of which version, named how, and when it was made.

use serde_json::Value;

use super::finding::Report;
use super::instant;
use crate::model::profile::DOCUMENT_BUNDLE;

pub(super) fn check(bundle: &Value, report: &mut Report) {
    if bundle["resourceType"] != "Bundle" {
        report.error("resource-type", "Bundle", "this is not a FHIR Bundle");
    }
    meta(bundle, report);
    identifier(bundle, report);
    if bundle["type"] != "document" {
        report.error("bundle-type", "Bundle.type", "must be \"document\"");
    }
    timestamp(bundle, report);
    not_in_a_document(bundle, report);
}

fn meta(bundle: &Value, report: &mut Report) {
    let profiles = bundle["meta"]["profile"].as_array();
    if !profiles.is_some_and(|profiles| profiles.iter().any(|profile| profile == DOCUMENT_BUNDLE)) {
        let message = format!("must name the profile {DOCUMENT_BUNDLE}");
        report.error("bundle-profile", "Bundle.meta.profile", message);
    }
    if !bundle["meta"].is_object() {
        report.error("cardinality", "Bundle.meta", "is missing");
    } else if !bundle["meta"]["versionId"].is_string() {
        report.error("cardinality", "Bundle.meta.versionId", "is missing");
    }
}

fn identifier(bundle: &Value, report: &mut Report) {
    for part in ["system", "value"] {
        if !bundle["identifier"][part].is_string() {
            let path = format!("Bundle.identifier.{part}");
            report.error("bdl-9", path, "is missing: a document needs a name of its own");
        }
    }
}

fn timestamp(bundle: &Value, report: &mut Report) {
    match &bundle["timestamp"] {
        Value::String(text) if instant::is_instant(text) => {}
        Value::String(_) => {
            let message = "must be a full date and time with seconds and zone";
            report.error("instant", "Bundle.timestamp", message);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let message = "is missing: a document needs the time when it was put together";
            report.error("bdl-10", "Bundle.timestamp", message);
        }
    }
}

fn not_in_a_document(bundle: &Value, report: &mut Report) {
    if bundle.get("total").is_some() {
        report.error("bdl-1", "Bundle.total", "belongs to search results, not to a document");
    }
    for (index, entry) in bundle["entry"].as_array().into_iter().flatten().enumerate() {
        for (part, rule) in [("search", "bdl-2"), ("request", "bdl-3"), ("response", "bdl-4")] {
            if entry.get(part).is_some() {
                let path = format!("Bundle.entry[{index}].{part}");
                report.error(rule, path, "belongs to searches and transactions, not to a document");
            }
        }
    }
}
