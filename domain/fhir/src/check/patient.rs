//! One document, one patient. A provider that mixes up two people does harm; so this is an error.

use serde_json::Value;

use super::entries::Entries;
use super::finding::Report;

pub(super) fn check(entries: &Entries<'_>, report: &mut Report) {
    let patients: Vec<usize> =
        (0..entries.list.len()).filter(|index| entries.list[*index].kind == "Patient").collect();
    for index in patients.iter().skip(1) {
        let path = format!("Bundle.entry[{index}].resource");
        report.error("one-patient", path, "a document is about one patient; this is another");
    }
    for (index, entry) in entries.list.iter().enumerate() {
        let is_composition = index == 0 && entry.kind == "Composition";
        if is_composition && entry.resource.get("subject").is_none() {
            let path = "Bundle.entry[0].resource.subject";
            report.error("one-patient", path, "is missing: the document must say whose it is");
        }
        for field in ["subject", "patient"] {
            let Some(reference) = entry.resource.get(field).filter(|field| field.is_object())
            else {
                continue;
            };
            if !is_the_patient(reference, patients.first().copied(), entries) {
                let path = format!("Bundle.entry[{index}].resource.{field}");
                report.error("one-patient", path, "does not point at the patient of the document");
            }
        }
    }
}

fn is_the_patient(reference: &Value, patient: Option<usize>, entries: &Entries<'_>) -> bool {
    let (Some(patient), Some(address)) = (patient, reference["reference"].as_str()) else {
        return false;
    };
    // `Patient/id` beside http addresses; whether it resolves is another rule's matter.
    let is_relative = |url: &str| {
        url.strip_suffix(address)
            .is_some_and(|server| server.starts_with("http") && server.ends_with('/'))
    };
    entries.at_url(address) == Some(patient)
        || entries.list[patient].full_url.is_some_and(is_relative)
}
