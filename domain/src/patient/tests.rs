use super::*;
use crate::sensitive::Phi;
use crate::spec::given;

fn pseudonym(digit: char) -> Pseudonym {
    Pseudonym::parse(digit.to_string().repeat(64)).unwrap()
}

fn facility() -> FacilityId {
    FacilityId::parse("IN1").unwrap()
}

fn lookups() -> Lookups {
    Lookups { reference: pseudonym('1'), mobile: None }
}

fn demographics() -> Demographics {
    Demographics {
        reference: Phi::new("P-1".to_owned()),
        name: Phi::new("Test Person".to_owned()),
        name_latin: None,
        gender: Phi::new("F".to_owned()),
        year_of_birth: Some(Phi::new(1990)),
        mobile: None,
    }
}

fn abha() -> (AbhaLookups, Abha) {
    let address = Some(Phi::new("test.person@sbx".to_owned()));
    (AbhaLookups { address: Some(pseudonym('2')), number: None }, Abha { address, number: None })
}

fn record(digest: char, abha: Option<(AbhaLookups, Abha)>) -> PatientCommand {
    PatientCommand::Record {
        facility: facility(),
        lookups: lookups(),
        digest: pseudonym(digest),
        demographics: Box::new(demographics()),
        abha,
    }
}

fn registered(digest: char) -> PatientEvent {
    PatientEvent::Registered {
        facility: facility(),
        lookups: lookups(),
        digest: pseudonym(digest),
        demographics: Sealed::Open(demographics()),
    }
}

fn attached() -> PatientEvent {
    let (lookups, abha) = abha();
    PatientEvent::AbhaAttached { facility: facility(), lookups, abha: Sealed::Open(abha) }
}

#[test]
fn a_first_visit_registers_the_patient_and_attaches_the_abha() {
    given::<Patient>([]).when(record('a', Some(abha()))).then([registered('a'), attached()]);
}

#[test]
fn the_same_demographics_twice_change_nothing() {
    given::<Patient>([registered('a'), attached()]).when(record('a', Some(abha()))).then([]);
}

#[test]
fn a_visit_that_does_not_mention_the_abha_does_not_take_it_away() {
    given::<Patient>([registered('a'), attached()]).when(record('a', None)).then([]);
}
