//! A first check of document bundles, of ours and of others.
//!
//! It knows the envelope: what makes a bundle a document, what its references point at, and what
//! JSON may look like in FHIR. The contents of the resources, profile by profile, are a later
//! matter. Its input may come from anybody: depth and the number of findings are bounded.

mod entries;
mod envelope;
mod finding;
mod instant;
mod json;
mod patient;
mod profile;
mod references;

use serde_json::Value;

pub use self::finding::{FINDINGS_MAX, Finding, Severity};

use self::entries::Entries;
use self::finding::Report;
use crate::hi_type::HiType;

/// Checks a bundle that should be a document of any kind.
pub fn bundle(bundle: &Value) -> Vec<Finding> {
    let mut report = Report::default();
    // Deeper input is not looked at further: everything below may walk it.
    if json::check(bundle, &mut report) {
        envelope::check(bundle, &mut report);
        let entries = Entries::of(bundle);
        entries::check(&entries, &mut report);
        references::check(bundle, &entries, &mut report);
        patient::check(&entries, &mut report);
        profile::check(&entries, &mut report);
    }
    report.into_findings()
}

/// Checks a bundle that should be a document of kind `hi_type`.
pub fn document(value: &Value, hi_type: HiType) -> Vec<Finding> {
    let mut findings = bundle(value);
    let found = profile::of(&Entries::of(value));
    if let Some(found) = found.filter(|found| *found != hi_type) {
        findings.push(Finding {
            severity: Severity::Error,
            path: "Bundle.entry[0].resource.meta.profile".to_owned(),
            rule: "hi-type",
            message: format!("the document is of kind {found}, but {hi_type} was asked for"),
        });
    }
    findings
}

#[cfg(test)]
mod tests;
