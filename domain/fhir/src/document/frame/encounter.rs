//! The visit as an event.

use crate::document::draft::{Draft, Person};
use crate::model::datatype::{CodeableConcept, Coding, Identifier, Meta, Period};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Diagnosis, Encounter, Hospitalization, Participant};
use crate::terminology::system;
use crate::visit::{EncounterClass, Moment, PractitionerRole, VisitDocument};

pub(in crate::document) fn encounter<'a>(
    draft: &Draft<'a>,
    diagnosis: Vec<Diagnosis<'a>>,
) -> Encounter<'a> {
    let visit = &draft.visit.visit;
    let disposition =
        draft.visit.admission.as_ref().and_then(|admission| admission.disposition.as_ref());
    let line = format!("{}, {}", visit.category, visit.visit_date.for_people());
    Encounter {
        id: draft.id("encounter"),
        meta: Meta::of(profile::ENCOUNTER),
        text: Narrative::paragraph(&line),
        identifier: [Identifier::of(&draft.context.hip_url, &visit.visit_code)],
        status: status(draft.visit),
        class: class(draft.visit),
        kind: [CodeableConcept::text(&visit.category)],
        subject: draft.patient(),
        participant: draft.cast.people.iter().map(participant).collect(),
        period: period(draft.visit),
        reason_code: visit.reason.as_ref().map(|reason| [CodeableConcept::text(reason)]),
        diagnosis,
        hospitalization: disposition
            .map(|text| Hospitalization { discharge_disposition: CodeableConcept::text(text) }),
        service_provider: draft.organization(),
    }
}

/// What somebody did, as far as the visit says it in a word of HL7 v3.
fn participant<'a>(person: &Person<'a>) -> Participant<'a> {
    let kinds = [
        (PractitionerRole::Attending, "ATND", "attender"),
        (PractitionerRole::Consultant, "CON", "consultant"),
        (PractitionerRole::Referrer, "REF", "referrer"),
        (PractitionerRole::Performer, "PPRF", "primary performer"),
    ];
    let kinds = kinds.into_iter().filter(|(role, ..)| person.has(*role));
    Participant {
        kind: kinds
            .map(|(_, code, display)| {
                CodeableConcept::coded(Coding::new(system::PARTICIPATION, code, display))
            })
            .collect(),
        individual: person.in_role(),
    }
}

/// Whether the patient is still admitted, as far as the visit tells.
pub(in crate::document) fn is_stay_open(visit: &VisitDocument) -> bool {
    match &visit.admission {
        Some(stay) => stay.discharged_at.is_none(),
        None => {
            visit.visit.encounter_class == Some(EncounterClass::Inpatient)
                && visit.visit.end_time.is_none()
        }
    }
}

/// Whether the visit is known to go on: the doctor has yet to begin or to finish, or the patient is
/// still admitted.
pub(in crate::document) fn is_open(visit: &VisitDocument) -> bool {
    matches!(status(visit), "planned" | "in-progress")
}

/// The state of the last role in the visit: specialist, else doctor, else nurse. Nobody has
/// finished with a patient who is still admitted.
fn status(document: &VisitDocument) -> &'static str {
    if is_stay_open(document) {
        return "in-progress";
    }
    let visit = &document.visit;
    let set = |flag: Option<i64>| flag.filter(|flag| *flag != 0);
    if let Some(flag) = set(visit.specialist_flag).or_else(|| set(visit.doc_flag)) {
        return match flag {
            1 => "planned",
            2 | 3 => "in-progress",
            9 => "finished",
            _ => "unknown",
        };
    }
    match set(visit.nurse_flag) {
        Some(1) => "planned",
        // The nurse has finished; the doctor has yet to begin.
        Some(2 | 3 | 9) => "in-progress",
        _ => "unknown",
    }
}

fn class(visit: &VisitDocument) -> Coding<'static> {
    let assumed = if visit.admission.is_some() {
        EncounterClass::Inpatient
    } else {
        EncounterClass::Ambulatory
    };
    let (code, display) = match visit.visit.encounter_class.unwrap_or(assumed) {
        EncounterClass::Ambulatory => ("AMB", "ambulatory"),
        EncounterClass::Inpatient => ("IMP", "inpatient encounter"),
        EncounterClass::Emergency => ("EMER", "emergency"),
        EncounterClass::Virtual => ("VR", "virtual"),
        EncounterClass::Home => ("HH", "home health"),
    };
    Coding::new(system::ACT_CODE, code, display)
}

/// Of the stay, when there is one.
fn period(visit: &VisitDocument) -> Period<'_> {
    let (start, end) = match &visit.admission {
        Some(stay) => (&stay.admitted_at, stay.discharged_at.as_ref()),
        None => (&visit.visit.visit_date, visit.visit.end_time.as_ref()),
    };
    Period { start: Some(start.as_str()), end: end.map(Moment::as_str) }
}
