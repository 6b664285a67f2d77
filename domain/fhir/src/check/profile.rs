//! Which of the eight kinds of document this is.

use serde_json::Value;

use super::entries::Entries;
use super::finding::Report;
use crate::hi_type::HiType;
use crate::model::profile;

const DOCUMENTS: [(&str, HiType); 8] = [
    (profile::OP_CONSULT_RECORD, HiType::OpConsultation),
    (profile::PRESCRIPTION_RECORD, HiType::Prescription),
    (profile::DIAGNOSTIC_REPORT_RECORD, HiType::DiagnosticReport),
    (profile::DISCHARGE_SUMMARY_RECORD, HiType::DischargeSummary),
    (profile::IMMUNIZATION_RECORD, HiType::ImmunizationRecord),
    (profile::HEALTH_DOCUMENT_RECORD, HiType::HealthDocumentRecord),
    (profile::WELLNESS_RECORD, HiType::WellnessRecord),
    (profile::INVOICE_RECORD, HiType::Invoice),
];

pub(super) fn check(entries: &Entries<'_>, report: &mut Report) {
    let has_composition = entries.list.first().is_some_and(|first| first.kind == "Composition");
    let claims = claims(entries).count();
    if has_composition && claims != 1 {
        let message =
            format!("must name exactly one of the eight ABDM document profiles; it names {claims}");
        report.error("document-profile", "Bundle.entry[0].resource.meta.profile", message);
    }
}

/// The kind of document, when the Composition names exactly one.
pub(super) fn of(entries: &Entries<'_>) -> Option<HiType> {
    let mut claims = claims(entries);
    claims.next().filter(|_| claims.next().is_none())
}

fn claims(entries: &Entries<'_>) -> impl Iterator<Item = HiType> {
    let composition = entries.list.first().filter(|first| first.kind == "Composition");
    let profiles: &[Value] = composition
        .and_then(|first| first.resource["meta"]["profile"].as_array())
        .map_or(&[], Vec::as_slice);
    profiles.iter().filter_map(Value::as_str).filter_map(|claimed| {
        // A canonical may carry a version: `…|6.5.0`.
        let claimed = claimed.split('|').next().unwrap_or(claimed);
        DOCUMENTS.iter().find(|(profile, _)| *profile == claimed).map(|(_, hi_type)| *hi_type)
    })
}
