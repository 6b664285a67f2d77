//! Kinds of document that a visit would yield and this version cannot build: said, not hidden.

use super::{SkipReason, Skipped};
use crate::hi_type::HiType;
use crate::visit::VisitDocument;

pub(super) fn of(visit: &VisitDocument) -> impl Iterator<Item = Skipped> {
    let has_content_for = [
        (HiType::DiagnosticReport, has_report(visit)),
        (HiType::DischargeSummary, has_summary(visit)),
        (HiType::ImmunizationRecord, has_dose(visit)),
        (HiType::HealthDocumentRecord, !visit.documents.is_empty()),
        (HiType::WellnessRecord, has_vitals(visit)),
        (HiType::Invoice, visit.invoice.is_some()),
    ];
    has_content_for
        .into_iter()
        .filter(|(_, has_content)| *has_content)
        .map(|(hi_type, _)| Skipped { hi_type, reason: SkipReason::NotBuiltYet })
}

fn has_vitals(visit: &VisitDocument) -> bool {
    visit.vitals.as_ref().is_some_and(crate::visit::Vitals::has_measures)
}

fn has_report(visit: &VisitDocument) -> bool {
    visit.lab_tests.iter().any(|test| !test.components.is_empty())
        || visit.imaging_reports.iter().any(|report| report.image.is_some())
}

fn has_dose(visit: &VisitDocument) -> bool {
    visit.immunizations.iter().any(|dose| dose.received_date.is_some() || dose.due_date.is_some())
}

/// As the record systems see it today, any visit with clinical content may have a summary.
fn has_summary(visit: &VisitDocument) -> bool {
    !visit.chief_complaints.is_empty()
        || !visit.diagnoses.is_empty()
        || has_vitals(visit)
        || visit.allergies.iter().any(|allergy| allergy.term.is_some())
        || !visit.medical_history.is_empty()
        || !visit.family_history.is_empty()
        || visit.lab_tests.iter().any(|test| !test.components.is_empty())
        || !visit.imaging_reports.is_empty()
        || !visit.prescriptions.is_empty()
        || !visit.procedures.is_empty()
        || visit.admission.as_ref().is_some_and(|admission| admission.advice.is_some())
}
