//! Wellness records.

use abdm_fhir::{HiType, SkipReason};
use serde_json::json;

use crate::{OUTPATIENT, all, built, changed, documents_of, section};

#[test]
fn measures_are_told_in_the_section_of_their_profile() {
    let (_, record) = built(HiType::WellnessRecord, |_| {});
    for (title, profile, count) in [
        ("Vital Signs", "ObservationVitalSigns", 3),
        ("Body Measurement", "ObservationBodyMeasurement", 2),
        ("General Assessment", "ObservationGeneralAssessment", 2),
    ] {
        let entries = section(&record, title)["entry"].as_array().unwrap();
        assert_eq!(entries.len(), count, "{title}");
        let with_profile = all(&record, "Observation").into_iter().filter(|one| {
            one["meta"]["profile"][0].as_str().unwrap().ends_with(&format!("/{profile}"))
        });
        assert_eq!(with_profile.count(), count, "{title}");
    }
}

#[test]
fn its_kind_is_told_by_a_text_and_no_code() {
    let (_, record) = built(HiType::WellnessRecord, |_| {});
    let composition = &record["entry"][0]["resource"];
    assert_eq!(composition["type"], json!({ "text": "Wellness Record" }));
    assert_eq!(composition["section"][0].get("code"), None);
}

#[test]
fn a_section_without_measures_is_not_there() {
    let (_, record) = built(HiType::WellnessRecord, |visit| {
        visit["vitals"] = json!({ "spo2": 97, "temperature": 36.9, "temperatureUnit": "Cel" });
    });
    let sections = record["entry"][0]["resource"]["section"].as_array().unwrap();
    assert_eq!(sections.len(), 1);
    let quantity = &all(&record, "Observation")[0]["valueQuantity"];
    assert_eq!(quantity["code"], "Cel");
}

#[test]
fn a_time_and_a_status_alone_are_no_measures() {
    let visit =
        changed(OUTPATIENT, |visit| visit["vitals"] = json!({ "bloodPressureStatus": "High" }));
    let skipped = documents_of(&visit).skipped;
    let skipped = skipped.iter().find(|one| one.hi_type == HiType::WellnessRecord).unwrap();
    assert_eq!(skipped.reason, SkipReason::NothingMeasured);
    assert_eq!(skipped.reason.to_string(), "the visit has no vitals");
}
