//! The patient.

use chrono::Datelike as _;

use super::country;
use crate::document::draft::Draft;
use crate::model::Text;
use crate::model::datatype::{
    Address, CodeableConcept, Coding, ContactPoint, HumanName, Identifier, Meta,
};
use crate::model::narrative::Narrative;
use crate::model::profile;
use crate::model::resource::Patient;
use crate::terminology::system;
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
            kind: Some(CodeableConcept::any_of([record_number(), abha])),
            system: Some(system::ABHA.into()),
            value: with_dashes(number),
        });
    }
    if let Some(address) = &person.abha_address {
        identifiers.push(Identifier {
            kind: Some(CodeableConcept::coded(Coding::new(
                system::ABDM_IDENTIFIER_TYPE,
                "ABHA",
                "Ayushman Bharat Health Account (ABHA) ID",
            ))),
            system: None,
            value: address.into(),
        });
    }
    if identifiers.is_empty() {
        identifiers.push(Identifier {
            kind: Some(CodeableConcept::coded(record_number())),
            system: Some(deployment_url.into()),
            value: (&person.beneficiary_id).into(),
        });
    }
    identifiers
}

/// 14 digits as `NN-NNNN-NNNN-NNNN`, the form that people know.
fn with_dashes(number: &str) -> Text<'_> {
    match (number.get(..2), number.get(2..6), number.get(6..10), number.get(10..14)) {
        (Some(a), Some(b), Some(c), Some(d)) if number.len() == 14 => {
            format!("{a}-{b}-{c}-{d}").into()
        }
        _ => number.into(),
    }
}

fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "male",
        Gender::Female => "female",
        Gender::Transgender => "other",
        Gender::Unknown => "unknown",
    }
}

/// The date of birth as far as it is known. An age in years says a year; nothing finer is made up,
/// and an age in months or days, which may cross a new year, says no date at all.
fn birth_date<'a>(draft: &Draft<'a>) -> Option<Text<'a>> {
    let person = &draft.visit.beneficiary;
    if let Some(date) = &person.date_of_birth {
        return Some(date.as_str().into());
    }
    let age = person.age.as_ref().filter(|age| age.unit == AgeUnit::Years)?;
    let year = i64::from(draft.visit.visit.visit_date.at().year()) - age.value;
    Some(format!("{year:04}").into())
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
        };
        add(format!("{} {unit} old", age.value));
    }
    if let Some(number) = &person.abha_number {
        add(format!("ABHA number {}", with_dashes(number)));
    }
    if let Some(address) = &person.abha_address {
        add(format!("ABHA address {address}"));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abha_number_gets_its_dashes_once() {
        assert_eq!(with_dashes("91000010050066"), "91-0000-1005-0066");
        assert_eq!(with_dashes("91-0000-1005-0066"), "91-0000-1005-0066");
    }
}
