use chrono::TimeZone;
use proptest::prelude::*;

use super::*;
use crate::hi_type::HiType;
use crate::spec::given;

fn at(day: u32) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 12, day, 0, 0, 0).unwrap()
}

fn facility() -> FacilityId {
    FacilityId::parse("IN1").unwrap()
}

fn consent_id() -> ConsentId {
    ConsentId::parse("c-1").unwrap()
}

fn grant() -> Grant {
    Grant {
        consent_id: consent_id(),
        facility: facility(),
        patient: None,
        hiu: None,
        hi_types: vec![HiType::Prescription],
        care_contexts: vec![],
        date_range: DateRange { from: at(1), to: at(20) },
        erase_at: at(31),
    }
}

fn signature() -> Signature {
    Signature { state: SignatureState::Unsigned, value: None }
}

fn granted() -> ConsentEvent {
    ConsentEvent::Granted {
        grant: grant(),
        signature: Some(signature()),
        artefact: Sealed::Open(artefact()),
    }
}

fn artefact() -> Phi<String> {
    Phi::new("{}".to_owned())
}

fn do_grant() -> ConsentCommand {
    ConsentCommand::Grant { grant: grant(), artefact: artefact(), signature: signature() }
}

fn end(how: End) -> ConsentCommand {
    ConsentCommand::End { consent_id: consent_id(), how }
}

fn after(commands: impl IntoIterator<Item = ConsentCommand>) -> Consent {
    let mut consent = Consent::default();
    for command in commands {
        for event in consent.decide(command).unwrap() {
            consent.evolve(event);
        }
    }
    consent
}

#[test]
fn a_repeated_revocation_changes_nothing() {
    given::<Consent>([granted(), ConsentEvent::Revoked { consent_id: consent_id() }])
        .when(end(End::Revoked))
        .then([]);
}

#[test]
fn a_grant_that_comes_after_its_revocation_does_not_bring_it_back() {
    given::<Consent>([ConsentEvent::Revoked { consent_id: consent_id() }])
        .when(do_grant())
        .then([]);
}

#[test]
fn a_consent_expires_by_our_own_clock() {
    let consent = after([do_grant()]);
    assert!(consent.in_force(&facility(), at(30)).is_ok());
    assert_eq!(consent.in_force(&facility(), at(31)), Err(NotInForce::Expired));
}

#[test]
fn another_facility_does_not_know_the_consent() {
    let consent = after([do_grant()]);
    let other = FacilityId::parse("IN2").unwrap();
    assert_eq!(consent.in_force(&other, at(2)), Err(NotInForce::Unknown));
}

proptest! {
    /// In any order and with any repetition: a consent that ended is never in force again.
    #[test]
    fn an_end_is_final(steps in prop::collection::vec(0..4_u8, 0..12)) {
        let mut consent = Consent::default();
        let mut ended = false;
        for step in steps {
            let command = match step {
                0 => do_grant(),
                1 => end(End::Revoked),
                2 => end(End::Expired),
                _ => end(End::Denied),
            };
            ended |= step != 0;
            for event in consent.decide(command).unwrap() {
                consent.evolve(event);
            }
            prop_assert_eq!(ended, consent.in_force(&facility(), at(2)).is_err());
        }
    }
}

#[test]
fn instants_are_compared_to_the_millisecond() {
    let instant = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    let range = |from: &str, to: &str| DateRange { from: instant(from), to: instant(to) };
    let granted = range("2026-01-01T00:00:00.1234567Z", "2026-12-31T23:59:59.123456789Z");
    assert!(granted.covers(&range("2026-01-01T00:00:00.123Z", "2026-12-31T23:59:59.123Z")));
    assert!(!granted.covers(&range("2026-01-01T00:00:00.122Z", "2026-12-31T23:59:59.123Z")));
    assert!(granted.contains(instant("2026-12-31T23:59:59.123999Z")));
    assert!(!granted.contains(instant("2026-12-31T23:59:59.124Z")));
}
