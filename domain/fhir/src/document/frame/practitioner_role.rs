//! What the person who answers for the visit is at the facility: doctor, nurse, technician.

use crate::document::draft::Draft;
use crate::model::datatype::{CodeableConcept, Coding, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::PractitionerRole;
use crate::terminology::{role, system};

/// None when the record does not say: nobody is made a doctor.
pub(in crate::document) fn practitioner_role<'a>(
    draft: &Draft<'a>,
) -> Option<PractitionerRole<'a>> {
    let designation = draft.visit.practitioner.designation.as_ref()?;
    let known =
        role::of(designation).map(|(code, display)| Coding::new(system::SNOMED_CT, code, display));
    let person = &draft.visit.practitioner.full_name;
    let line = format!("{person}: {designation}, {}", draft.visit.facility.abdm_facility_name);
    Some(PractitionerRole {
        id: draft.id("practitioner-role"),
        meta: Meta::of(profile::PRACTITIONER_ROLE),
        text: Narrative::paragraph(&line),
        practitioner: draft.practitioner(),
        organization: draft.organization(),
        code: [CodeableConcept::worded(designation, known)],
    })
}
