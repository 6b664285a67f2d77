//! What people are at the facility: doctor, nurse, technician.

use crate::document::draft::{Draft, Person, person_path};
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::PractitionerRole;
use crate::terminology::{role, system};

/// One for each person of whom the record says it: nobody is made a doctor.
pub(in crate::document) fn practitioner_roles<'a>(draft: &Draft<'a>) -> Vec<PractitionerRole<'a>> {
    let people = draft.cast.people.iter().enumerate();
    people.filter_map(|(nth, person)| practitioner_role(draft, nth, person)).collect()
}

fn practitioner_role<'a>(
    draft: &Draft<'a>,
    nth: usize,
    person: &Person<'a>,
) -> Option<PractitionerRole<'a>> {
    let designation = person.practitioner.designation.as_ref()?;
    let known =
        role::of(designation).map(|(code, display)| Coding::new(system::SNOMED_CT, code, display));
    let name = &person.practitioner.full_name;
    let line = format!("{name}: {designation}, {}", draft.visit.facility.abdm_facility_name);
    Some(PractitionerRole {
        id: draft.id(&person_path("practitioner-role", nth)),
        meta: Meta::of(profile::PRACTITIONER_ROLE),
        text: Narrative::paragraph(&line),
        practitioner: person.reference.clone(),
        organization: draft.organization(),
        code: [CodeableConcept::worded(designation, known)],
    })
}
