//! The patient.

mod birth_date;

use super::country;
use crate::document::draft::Draft;
use crate::model::Text;
use crate::model::datatype::{
    Address, CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Meta,
};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::{Deceased, Patient};
use crate::terminology::system;
use crate::visit::values::dashes::with_dashes;
use crate::visit::{AgeUnit, Beneficiary, Gender};

pub(in crate::document) fn patient<'a>(draft: &Draft<'a>) -> Patient<'a> {
    let person = &draft.visit.beneficiary;
    Patient {
        id: draft.id("patient"),
        meta: Meta::of(profile::PATIENT),
        text: Narrative::paragraph(&line(person)),
        identifier: identifiers(person, &draft.context.deployment_url),
        name: [HumanName {
            text: &person.name,
            family: person.last_name.as_deref(),
            given: [&person.first_name, &person.middle_name]
                .into_iter()
                .filter_map(|name| name.as_deref())
                .collect(),
        }],
        telecom: ContactPoint::all(person.phone.as_ref(), person.email.as_ref()),
        gender: gender(person.gender),
        birth_date: birth_date(draft),
        deceased: deceased(person),
        address: address(person),
        marital_status: person.marital_status.as_deref().map(CodeableConcept::text),
    }
}

/// The ABHA identifiers; the record's own number only for a patient who has none.
fn identifiers<'a>(person: &'a Beneficiary, deployment_url: &'a str) -> Vec<Identifier<'a>> {
    let record_number = || Coding::new(system::IDENTIFIER_TYPE, "MR", "Medical record number");
    let mut identifiers = vec![];
    if let Some(number) = &person.abha_number {
        let abha = Coding::new(system::ABDM_IDENTIFIER_TYPE, "HIN", "Health ID issued by NDHM");
        identifiers.push(Identifier {
            system: Some(system::ABHA.into()),
            ..Identifier::new(CodeableConcept::any_of([record_number(), abha]), with_dashes(number))
        });
    }
    if let Some(address) = &person.abha_address {
        let (code, display) = ("ABHA", "Ayushman Bharat Health Account (ABHA) ID");
        let kind = Coding::new(system::ABDM_IDENTIFIER_TYPE, code, display);
        identifiers.push(Identifier::new(CodeableConcept::coded(kind), address));
    }
    if identifiers.is_empty() {
        identifiers.push(Identifier {
            system: Some(deployment_url.into()),
            ..Identifier::new(CodeableConcept::coded(record_number()), &person.beneficiary_id)
        });
    }
    identifiers
}

fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "male",
        Gender::Female => "female",
        Gender::Transgender | Gender::Other => "other",
        Gender::Unknown => "unknown",
    }
}

/// The date of birth as far as it is known, or as far as an age allows no other.
fn birth_date<'a>(draft: &Draft<'a>) -> Option<Text<'a>> {
    let person = &draft.visit.beneficiary;
    if let Some(date) = &person.date_of_birth {
        return Some(date.as_str().into());
    }
    birth_date::of(person.age.as_ref()?, &draft.visit.visit.visit_date).map(Into::into)
}

fn deceased(person: &Beneficiary) -> Option<Deceased<'_>> {
    match (&person.deceased_date, person.deceased) {
        (Some(date), _) => Some(Deceased::DeceasedDateTime(date.as_str())),
        (None, Some(flag)) => Some(Deceased::DeceasedBoolean(flag)),
        (None, None) => None,
    }
}

fn address(person: &Beneficiary) -> Option<[Address<'_>; 1]> {
    let home = person.address.as_ref()?;
    let lines = home.line.iter().chain(&home.block).map(String::as_str);
    let address = Address {
        line: lines.collect(),
        city: home.village.as_deref(),
        district: home.district.as_deref(),
        state: home.state.as_deref(),
        postal_code: home.pin_code.as_deref(),
        country: home.country.as_deref().map(country),
    };
    address.unless_empty().map(|address| [address])
}

fn line(person: &Beneficiary) -> String {
    let mut line = person.name.clone();
    let mut add = |part: String| {
        line.push_str(", ");
        line.push_str(&part);
    };
    add(gender(person.gender).to_owned());
    if let Some(date) = &person.date_of_birth {
        add(format!("born {}", date.as_str()));
    } else if let Some(age) = &person.age {
        let unit = match age.unit {
            AgeUnit::Years => "years",
            AgeUnit::Months => "months",
            AgeUnit::Days => "days",
            AgeUnit::Hours => "hours",
        };
        add(format!("{} {unit} old at the visit (date of birth not recorded)", age.value));
    }
    match (&person.deceased_date, person.deceased) {
        (Some(date), _) => add(format!("died {}", date.as_str())),
        (None, Some(true)) => add("deceased".to_owned()),
        (None, Some(false) | None) => {}
    }
    if let Some(number) = &person.abha_number {
        add(format!("ABHA number {}", with_dashes(number)));
    }
    if let Some(address) = &person.abha_address {
        add(format!("ABHA address {address}"));
    }
    line
}
