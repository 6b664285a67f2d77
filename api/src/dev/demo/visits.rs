//! The fictitious patient of the demo and two of her visits.

use chrono::{DateTime, TimeDelta, Utc};
use hip_sandbox::AbhaHolder;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dev::demo_environment::{FACILITY_ID, FACILITY_NAME};

/// Demographics of the patient. Every name, number and address is invented.
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) abha_address: &'static str,
    pub(super) abha_number: &'static str,
    pub(super) mobile: &'static str,
    pub(super) year_of_birth: i32,
    beneficiary: &'static str,
}

pub(super) const ABHA_HOLDER: Person = Person {
    name: "Meera Kulkarni",
    abha_address: "meera.k22@sbx",
    abha_number: "91-0000-0000-0101",
    mobile: "9800000101",
    year_of_birth: 1988,
    beneficiary: "7001",
};

/// The patient as an entry of the network's register.
pub(super) fn abha_holder(person: &Person) -> AbhaHolder {
    AbhaHolder {
        abha_address: person.abha_address.to_owned(),
        abha_number: person.abha_number.replace('-', ""),
        name: person.name.to_owned(),
        gender: "F".to_owned(),
        year_of_birth: person.year_of_birth,
        mobile: person.mobile.to_owned(),
    }
}

/// Two visit codes that no earlier run used: they contain the time in seconds.
pub(super) fn codes(now: DateTime<Utc>) -> (String, String) {
    let seconds = now.timestamp();
    (format!("3{seconds}1"), format!("3{seconds}2"))
}

/// A visit with the ABHA: it is linked at once.
pub(super) fn with_abha(code: &str, push_id: Uuid, now: DateTime<Utc>) -> Value {
    let mut visit = visit(code, push_id, now - TimeDelta::hours(2));
    visit["beneficiary"]["abhaNumber"] = json!(ABHA_HOLDER.abha_number);
    visit["beneficiary"]["abhaAddress"] = json!(ABHA_HOLDER.abha_address);
    visit
}

/// An older visit without an ABHA: only discovery finds it.
pub(super) fn without_abha(code: &str, push_id: Uuid, now: DateTime<Utc>) -> Value {
    visit(code, push_id, now - TimeDelta::days(40))
}

/// A visit of the patient without an ABHA, at this time.
pub(crate) fn visit(code: &str, push_id: Uuid, at: DateTime<Utc>) -> Value {
    let india = chrono::FixedOffset::east_opt(5 * 3600 + 1800).expect("a valid offset");
    let at = at.with_timezone(&india);
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, false);
    let mut visit: Value =
        serde_json::from_str(include_str!("visit.json")).expect("the demo's own file is JSON");
    visit["eventId"] = json!(push_id);
    visit["visit"]["visitCode"] = json!(code);
    visit["visit"]["visitDate"] = json!(at);
    visit["facility"]["abdmFacilityId"] = json!(FACILITY_ID);
    visit["facility"]["abdmFacilityName"] = json!(FACILITY_NAME);
    visit["beneficiary"]["beneficiaryId"] = json!(ABHA_HOLDER.beneficiary);
    visit["beneficiary"]["beneficiaryRegId"] = json!(ABHA_HOLDER.beneficiary);
    visit["beneficiary"]["name"] = json!(ABHA_HOLDER.name);
    visit["beneficiary"]["phone"] = json!(ABHA_HOLDER.mobile);
    visit["beneficiary"]["dateOfBirth"] = json!(format!("{}-02-17", ABHA_HOLDER.year_of_birth));
    visit
}
