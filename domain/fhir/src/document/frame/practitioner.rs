//! The people who had a part in the visit.

use crate::document::draft::{Draft, Person, person_path};
use crate::model::datatype::{CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Meta};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Practitioner, Qualification};
use crate::terminology::role::{self, Council};
use crate::terminology::system;
use crate::visit;

pub(in crate::document) fn practitioners<'a>(draft: &Draft<'a>) -> Vec<Practitioner<'a>> {
    let people = draft.cast.people.iter().enumerate();
    people.map(|(nth, person)| practitioner(draft, nth, person)).collect()
}

fn practitioner<'a>(draft: &Draft<'a>, nth: usize, person: &Person<'a>) -> Practitioner<'a> {
    let person = person.practitioner;
    let known_as =
        [Some(&person.full_name), person.qualification.as_ref(), person.designation.as_ref()];
    let line: Vec<&str> = known_as.into_iter().flatten().map(String::as_str).collect();
    Practitioner {
        id: draft.id(&person_path("practitioner", nth)),
        meta: Meta::of(profile::PRACTITIONER),
        text: Narrative::paragraph(&line.join(", ")),
        identifier: identifiers(person, &draft.context.deployment_url),
        name: [HumanName { text: &person.full_name, family: None, given: vec![] }],
        telecom: ContactPoint::all(person.contact_no.as_ref(), person.email.as_ref()),
        qualification: person
            .qualification
            .iter()
            .map(|text| Qualification { code: CodeableConcept::text(text) })
            .collect(),
    }
}

/// The numbers of registries; without any the employer's number; without it the login in the record.
fn identifiers<'a>(person: &'a visit::Practitioner, deployment: &'a str) -> Vec<Identifier<'a>> {
    let mut identifiers = vec![];
    if let Some(number) = &person.hpr_id {
        let licence = Coding::new(system::IDENTIFIER_TYPE, "MD", "Medical License number");
        let registry =
            Coding::new(system::ABDM_IDENTIFIER_TYPE, "HPID", "Healthcare Professional ID (HPID)");
        identifiers.push(Identifier {
            system: Some(system::PROFESSIONALS.into()),
            ..Identifier::new(CodeableConcept::any_of([licence, registry]), number)
        });
    }
    identifiers.extend(registration(person, deployment));
    if identifiers.is_empty() {
        let (coding, value) = if let Some(number) = &person.employee_id {
            (Coding::new(system::IDENTIFIER_TYPE, "EI", "Employee number"), number)
        } else {
            let other = Coding::new(system::ABDM_IDENTIFIER_TYPE, "OIN", "Other identifier");
            (other, &person.user_id)
        };
        identifiers.push(Identifier {
            system: Some(deployment.into()),
            ..Identifier::new(CodeableConcept::coded(coding), value)
        });
    }
    identifiers
}

/// The number that a council gave. Which council registers somebody follows from their post; when
/// that is not known, the number is one of the record system's own list of licences.
fn registration<'a>(
    person: &'a visit::Practitioner,
    deployment: &'a str,
) -> Option<Identifier<'a>> {
    let number = person.registration_number.as_ref()?;
    let council = role::council(person.designation.as_deref(), person.qualification.as_deref());
    let (code, display, register) = match council {
        Some(Council::Medical) => ("MD", "Medical License number", system::MEDICAL_COUNCILS),
        Some(Council::Nursing) => ("RN", "Registered Nurse Number", system::NURSING_COUNCILS),
        Some(Council::Pharmacy) => ("RPH", "Pharmacist license number", system::PHARMACY_COUNCILS),
        None => ("LN", "License number", deployment),
    };
    let coding = Coding::new(system::IDENTIFIER_TYPE, code, display);
    Some(Identifier {
        system: Some(register.into()),
        assigner: person
            .registration_council
            .as_ref()
            .map(crate::model::datatype::Reference::named),
        ..Identifier::new(CodeableConcept::coded(coding), number)
    })
}
