//! Discharge summaries.

use abdm_fhir::{
    BuildPolicy, DischargeRule, HiType, SkipReason, VisitDocument, documents, documents_by,
};
use serde_json::Value;

use crate::{OUTPATIENT, STAY, all, built_from, changed, context, left_out, section, urn};

fn summary() -> Value {
    built_from(HiType::DischargeSummary, STAY).1
}

#[test]
fn a_section_lists_only_what_its_profile_admits() {
    let summary = summary();
    for (title, kinds) in [
        ("Chief complaints", vec!["Condition"]),
        ("Medical History", vec!["Condition"]),
        ("Investigations", vec!["DiagnosticReport"; 3]),
        ("Medications", vec!["MedicationRequest"; 2]),
        ("Procedures", vec!["Procedure"]),
        ("Care Plan", vec!["CarePlan"]),
    ] {
        let entries = section(&summary, title)["entry"].as_array().unwrap();
        let found: Vec<&str> =
            entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
        assert_eq!(found, kinds, "{title}");
    }
    assert_eq!(summary["entry"][0]["resource"]["section"].as_array().unwrap().len(), 6);
}

#[test]
fn the_stay_is_the_encounter_of_its_documents() {
    let summary = summary();
    let encounter = all(&summary, "Encounter")[0];
    assert_eq!(encounter["class"]["code"], "IMP");
    assert_eq!(encounter["period"]["start"], "2026-06-01T09:30:00+05:30");
    assert_eq!(encounter["period"]["end"], "2026-06-03T10:00:00+05:30");
    assert_eq!(encounter["hospitalization"]["dischargeDisposition"]["text"], "home");
    let role = &encounter["diagnosis"][0]["use"]["coding"][0];
    assert_eq!(role["display"], "Final diagnosis (discharge)");
}

#[test]
fn the_advice_is_a_care_plan() {
    let summary = summary();
    let plan = all(&summary, "CarePlan")[0];
    assert_eq!(plan["description"], "Drink plenty; come back at once if there is bleeding");
    assert_eq!(section(&summary, "Care Plan")["entry"][0]["reference"], urn(plan));
}

#[test]
fn data_without_a_place_in_the_profile_is_reported() {
    let (document, _) = built_from(HiType::DischargeSummary, STAY);
    let silent = left_out(&document);
    assert!(silent.contains(&"currentMedications[0]"), "{silent:?}");
    assert!(silent.contains(&"imagingReports[1]"), "{silent:?}");
}

#[test]
fn an_operator_may_want_summaries_of_stays_only() {
    let policy = BuildPolicy { discharge: DischargeRule::StaysOnly, ..BuildPolicy::default() };
    let yields = |text: &str, policy: &BuildPolicy<'_>| {
        let visit = VisitDocument::parse(text.as_bytes()).unwrap();
        let documents = documents_by(&visit, &context(), policy);
        let skipped = documents.skipped.iter().find(|one| one.hi_type == HiType::DischargeSummary);
        skipped.map(|skipped| skipped.reason)
    };
    assert_eq!(yields(STAY, &policy), None);
    assert_eq!(yields(OUTPATIENT, &policy), Some(SkipReason::NotAdmitted));
    assert_eq!(yields(OUTPATIENT, &BuildPolicy::default()), None);
}

#[test]
fn a_bill_and_a_follow_up_alone_are_no_summary() {
    let visit = changed(STAY, |visit| {
        for field in [
            "chiefComplaints",
            "diagnoses",
            "prescriptions",
            "labTests",
            "imagingReports",
            "procedures",
            "admission",
        ] {
            visit.as_object_mut().unwrap().remove(field);
        }
    });
    let visit = VisitDocument::parse(visit.as_bytes()).unwrap();
    let skipped = documents(&visit, &context()).skipped;
    let skipped = skipped.iter().find(|one| one.hi_type == HiType::DischargeSummary).unwrap();
    assert_eq!(skipped.reason, SkipReason::NothingRecorded);
}
