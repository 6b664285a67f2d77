//! What FHIR does not ask for, and the network and the safety of patients do.

use super::entries::{Entries, Entry};
use super::finding::{Layer, Severity};
use super::place::Place;
use super::report::{Note, Report};
use super::tape::{Kind, View};
use crate::hi_type::HiType;
use crate::model::profile::{self, DOCUMENT_BUNDLE};
use crate::rules::name::Name;

/// The profiles of first pages.
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

pub(super) fn check<'t>(
    bundle: View<'t>,
    entries: &Entries<'t>,
    wanted: Option<HiType>,
    report: &mut Report,
) {
    if !claims(bundle).any(|claim| without_version(claim) == DOCUMENT_BUNDLE) {
        let message = "the bundle does not name the profile of documents";
        let note = Note::new("bundle-profile", message, format!("add {DOCUMENT_BUNDLE}"));
        error(report, Place::missing(bundle, "meta.profile"), note);
    }
    if let Some(first) = entries.list.first().filter(|first| first.kind == "Composition") {
        kind_of_document(first, wanted, report);
    }
    one_patient(entries, report);
}

fn error<'t>(report: &mut Report, place: impl Into<Place<'t>>, note: Note) {
    report.add(Severity::Error, Layer::Policy, place.into(), note);
}

/// The addresses in `meta.profile`.
fn claims(resource: View<'_>) -> impl Iterator<Item = &str> {
    let meta = resource.member(Name::META);
    meta.into_iter().flat_map(|meta| meta.each(Name::PROFILE)).filter_map(View::text)
}

fn without_version(url: &str) -> &str {
    url.split('|').next().unwrap_or(url)
}

fn kind_of_document(first: &Entry<'_>, wanted: Option<HiType>, report: &mut Report) {
    let Some(composition) = first.resource else {
        return;
    };
    let kind = |url: &str| {
        let known = DOCUMENTS.iter().find(|(profile, _)| *profile == without_version(url));
        known.map(|(_, hi_type)| *hi_type)
    };
    let mut kinds = claims(composition).filter_map(kind);
    let (found, others) = (kinds.next(), kinds.count());
    let place = Place::missing(composition, "meta.profile");
    match (found, wanted) {
        (Some(found), Some(wanted)) if others == 0 && found != wanted => {
            let message = format!("the document is of kind {found}, but {wanted} was asked for");
            error(report, place, Note::new("hi-type", message, "send the kind that was asked for"));
        }
        (Some(_), _) if others == 0 => {}
        _ => {
            let count = usize::from(found.is_some()) + others;
            let message =
                format!("names {count} of the eight document profiles of the network, and not one");
            let mend = "name the profile of this kind of document, such as OPConsultRecord";
            error(report, place, Note::new("document-profile", message, mend));
        }
    }
}

/// One document, one patient. A provider that mixes up two people does harm.
fn one_patient(entries: &Entries<'_>, report: &mut Report) {
    let is_patient = |entry: &&Entry<'_>| entry.kind == "Patient";
    let mut patients = entries.list.iter().filter(is_patient);
    let patient = patients.next();
    for other in patients {
        let message = "a document is about one patient; this is another";
        let note = Note::new("one-patient", message, "make one document for each patient");
        error(report, other.resource.unwrap_or(other.at), note);
    }
    for entry in &entries.list {
        let Some(resource) = entry.resource else {
            continue;
        };
        let subjects = [Name::SUBJECT, Name::PATIENT].map(|name| resource.member(name));
        for subject in subjects.into_iter().flatten().filter(|one| one.kind() == Kind::Object) {
            if !is_about(subject, patient) {
                let message = "does not point at the patient of the document";
                let note = Note::new("one-patient", message, "point at the fullUrl of the Patient");
                error(report, subject, note);
            }
        }
    }
}

fn is_about(subject: View<'_>, patient: Option<&Entry<'_>>) -> bool {
    let address = subject.text_of(Name::REFERENCE);
    let url = patient.and_then(|patient| patient.full_url);
    let (Some(address), Some(url)) = (address, url) else {
        return false;
    };
    // `Patient/id` beside http addresses; whether it resolves is another rule's matter.
    let is_relative = url
        .strip_suffix(address)
        .is_some_and(|server| server.starts_with("http") && server.ends_with('/'));
    address == url || is_relative
}
