//! The person who answers for the visit, and so is the author of its documents.

use crate::document::draft::Draft;
use crate::model::datatype::{CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Practitioner, Qualification};
use crate::terminology::system;

pub(in crate::document) fn practitioner<'a>(draft: &Draft<'a>) -> Practitioner<'a> {
    let person = &draft.visit.practitioner;
    let known_as =
        [Some(&person.full_name), person.qualification.as_ref(), person.designation.as_ref()];
    let line: Vec<&str> = known_as.into_iter().flatten().map(String::as_str).collect();
    Practitioner {
        id: draft.id("practitioner"),
        meta: Meta::of(profile::PRACTITIONER),
        text: Narrative::paragraph(&line.join(", ")),
        identifier: [identifier(draft)],
        name: [HumanName { text: &person.full_name, family: None, given: vec![] }],
        telecom: ContactPoint::all(person.contact_no.as_ref(), person.email.as_ref()),
        qualification: person
            .qualification
            .iter()
            .map(|text| Qualification { code: CodeableConcept::text(text) })
            .collect(),
    }
}

/// The registry number; without it the employer's number; without it the login in the record.
fn identifier<'a>(draft: &Draft<'a>) -> Identifier<'a> {
    let person = &draft.visit.practitioner;
    let deployment = &draft.context.deployment_url;
    if let Some(number) = &person.hpr_id {
        let licence = Coding::new(system::IDENTIFIER_TYPE, "MD", "Medical License number");
        let registry =
            Coding::new(system::ABDM_IDENTIFIER_TYPE, "HPID", "Healthcare Professional ID (HPID)");
        return Identifier {
            kind: Some(CodeableConcept::any_of([licence, registry])),
            system: Some(system::PROFESSIONALS.into()),
            value: number.into(),
        };
    }
    let (coding, value) = if let Some(number) = &person.employee_id {
        (Coding::new(system::IDENTIFIER_TYPE, "EI", "Employee number"), number)
    } else {
        let other = Coding::new(system::ABDM_IDENTIFIER_TYPE, "OIN", "Other identifier");
        (other, &person.user_id)
    };
    Identifier {
        kind: Some(CodeableConcept::coded(coding)),
        system: Some(deployment.into()),
        value: value.into(),
    }
}
