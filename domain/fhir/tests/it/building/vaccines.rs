//! Immunization records.

use abdm_fhir::{HiType, SkipReason};
use serde_json::{Value, json};

use crate::{STAY, all, built_from, changed, documents_of, left_out};

fn record() -> Value {
    built_from(HiType::ImmunizationRecord, STAY).1
}

#[test]
fn a_dose_that_was_given_says_when_where_and_which() {
    let record = record();
    let doses = all(&record, "Immunization");
    assert_eq!(doses.len(), 1);
    assert_eq!(doses[0]["occurrenceDateTime"], "2021-08", "a month stays a month");
    assert_eq!(doses[0]["location"], json!({ "display": "PHC Hosur" }));
    assert_eq!(doses[0]["manufacturer"], json!({ "display": "Example Biologicals" }));
    assert_eq!(
        doses[0]["protocolApplied"],
        json!([{ "doseNumberPositiveInt": 1, "seriesDosesPositiveInt": 1 }])
    );
    assert_eq!(doses[0]["vaccineCode"]["coding"][0]["display"], "Diphtheria and tetanus vaccine");
    assert_eq!(doses[0]["vaccineCode"]["text"], "Td booster");
}

#[test]
fn a_dose_that_is_due_is_recommended_and_not_given() {
    let record = record();
    let recommendations = all(&record, "ImmunizationRecommendation");
    assert_eq!(recommendations.len(), 1);
    let due = &recommendations[0]["recommendation"][0];
    assert_eq!(due["vaccineCode"][0], json!({ "text": "Influenza" }));
    assert_eq!(due["forecastStatus"]["coding"][0]["code"], "due");
    assert_eq!(due["dateCriterion"][0]["value"], "2026-07-01");
    assert_eq!(due["dateCriterion"][0]["code"]["coding"][0]["code"], "30980-7");
}

#[test]
fn the_one_section_tells_its_entries_by_type() {
    let record = record();
    let entries = record["entry"][0]["resource"]["section"][0]["entry"].as_array().unwrap().clone();
    let types: Vec<_> = entries.iter().map(|entry| entry["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["Immunization", "ImmunizationRecommendation"]);
}

#[test]
fn a_dose_without_any_date_is_reported() {
    let (document, _) = built_from(HiType::ImmunizationRecord, STAY);
    assert_eq!(left_out(&document), ["immunizations[2]"]);
    let visit = changed(STAY, |visit| {
        visit["immunizations"] = json!([{ "vaccineName": "Hepatitis B", "doseNumber": 2 }]);
    });
    let skipped = documents_of(&visit).skipped;
    let skipped = skipped.iter().find(|one| one.hi_type == HiType::ImmunizationRecord).unwrap();
    assert_eq!(skipped.reason, SkipReason::NoDose);
}
