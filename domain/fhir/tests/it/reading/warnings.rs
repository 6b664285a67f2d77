//! What is odd in a visit is told, and does not refuse it.

use abdm_fhir::{VisitDocument, WarningRule, warnings};
use serde_json::{Value, json};

use crate::{OUTPATIENT, STAY, changed};

/// Paths and rules of the warnings, as of a moment after both fixtures.
fn told(fixture: &str, change: impl FnOnce(&mut Value)) -> Vec<(String, WarningRule)> {
    let visit = VisitDocument::parse(changed(fixture, change).as_bytes()).unwrap();
    let found = warnings(&visit, "2026-06-10T06:00:00Z".parse().unwrap());
    found.into_iter().map(|warning| (warning.path, warning.rule)).collect()
}

fn at(path: &str, rule: WarningRule) -> (String, WarningRule) {
    (path.to_owned(), rule)
}

#[test]
fn a_visit_in_order_has_no_warning() {
    assert_eq!(
        told(OUTPATIENT, |visit| {
            visit["medicalHistory"]
                .as_array_mut()
                .unwrap()
                .retain(|past| past["status"] != "on and off");
        }),
        []
    );
    assert_eq!(
        told(STAY, |visit| {
            visit["labTests"].as_array_mut().unwrap().remove(1);
        }),
        []
    );
}

#[test]
fn an_invoice_that_does_not_add_up_is_told_with_both_sums() {
    let text = changed(STAY, |visit| {
        visit["invoice"]["totalNet"] = json!(500);
        visit["invoice"]["totalGross"] = json!(1013.9);
    });
    let visit = VisitDocument::parse(text.as_bytes()).unwrap();
    let found = warnings(&visit, "2026-06-10T06:00:00Z".parse().unwrap());
    let found: Vec<_> = found.iter().filter(|one| one.rule == WarningRule::InvoiceTotal).collect();
    let [warning] = &found[..] else { panic!("{found:?}: a rupee of rounding is no mistake") };
    assert_eq!(warning.path, "invoice.totalNet");
    assert_eq!(warning.text, "is 500.00, and the lines come to 1011.70");
    let json = serde_json::to_value(warning).unwrap();
    assert_eq!(json["rule"], "invoiceTotal");
    assert_eq!(
        warning.to_string(),
        "invoice.totalNet: is 500.00, and the lines come to 1011.70 (invoiceTotal)"
    );
}

/// A change of a fixture, and the warning that it leads to.
type Case = (fn(&mut Value), &'static str, WarningRule);

const OF_OUTPATIENTS: &[Case] = &[
    (
        |visit| visit["vitals"]["diastolic"] = json!(150),
        "vitals.diastolic",
        WarningRule::BloodPressure,
    ),
    (|visit| visit["vitals"]["bmi"] = json!(21.0), "vitals.bmi", WarningRule::BodyMassIndex),
    (
        |visit| {
            visit["visit"]["visitDate"] = json!("2031-05-04T09:40:00+05:30");
            visit["visit"].as_object_mut().unwrap().remove("endTime");
        },
        "visit.visitDate",
        WarningRule::Future,
    ),
    (
        |visit| visit["beneficiary"]["age"] = json!({ "value": 30, "unit": "years" }),
        "beneficiary.age",
        WarningRule::Age,
    ),
    (
        |visit| visit["followUp"]["status"] = json!("Rescheduled"),
        "followUp.status",
        WarningRule::UnknownWord,
    ),
    (
        |visit| visit["allergies"][0]["status"] = json!("No"),
        "allergies[0].status",
        WarningRule::UnknownWord,
    ),
    (
        |visit| visit["procedures"][0]["status"] = json!("Awaiting theatre"),
        "procedures[0].status",
        WarningRule::UnknownWord,
    ),
    (
        |visit| visit["diagnoses"][0]["term"] = json!("Fever, dengue ruled out"),
        "diagnoses[0].term",
        WarningRule::UnknownWord,
    ),
    (
        |visit| visit["beneficiary"]["deceasedDate"] = json!("1970"),
        "beneficiary.deceasedDate",
        WarningRule::TimeOrder,
    ),
];

const OF_STAYS: &[Case] = &[
    (
        |visit| visit["immunizations"][0]["receivedDate"] = json!("1960-12"),
        "immunizations[0].receivedDate",
        WarningRule::TimeOrder,
    ),
    (
        |visit| visit["immunizations"][0]["receivedDate"] = json!("2026-06-11"),
        "immunizations[0].receivedDate",
        WarningRule::Future,
    ),
    (
        |visit| visit["labTests"][0]["specimen"]["collectedAt"] = json!(AFTER_THE_RESULT),
        "labTests[0].specimen.collectedAt",
        WarningRule::TimeOrder,
    ),
    (
        |visit| visit["labTests"][0]["specimen"]["receivedAt"] = json!(AFTER_THE_RESULT),
        "labTests[0].specimen.receivedAt",
        WarningRule::TimeOrder,
    ),
    (
        |visit| visit["labTests"][0]["orderedAt"] = json!(AFTER_THE_RESULT),
        "labTests[0].resultAt",
        WarningRule::TimeOrder,
    ),
    (
        |visit| visit["labTests"][0]["components"][1]["ucumCode"] = json!("g/dL"),
        "labTests[0].components[1].ucumCode",
        WarningRule::Unit,
    ),
    (
        |visit| visit["labTests"][0]["components"][1]["ucumCode"] = json!("per cent"),
        "labTests[0].components[1].ucumCode",
        WarningRule::Unit,
    ),
    (
        |visit| visit["documents"][1]["data"] = json!("AAAAAAAA"),
        "documents[1].contentType",
        WarningRule::MediaType,
    ),
    (
        |visit| visit["documents"][1]["contentType"] = json!("image/jpeg"),
        "documents[1].contentType",
        WarningRule::MediaType,
    ),
    (
        |visit| {
            let person = visit["practitioner"].take();
            visit["practitioner"] = json!([person, person]);
        },
        "practitioner[1].userId",
        WarningRule::Duplicate,
    ),
];

const AFTER_THE_RESULT: &str = "2026-06-01T12:00:00+05:30";

#[test]
fn every_odd_thing_is_told_at_its_place() {
    for (fixture, cases) in [(OUTPATIENT, OF_OUTPATIENTS), (STAY, OF_STAYS)] {
        let before = told(fixture, |_| {});
        for (change, path, rule) in cases {
            let warning = at(path, *rule);
            let after = told(fixture, change);
            assert!(!before.contains(&warning), "{path}");
            assert!(after.contains(&warning), "{path}: {after:?}");
        }
    }
}

fn dose(received: &str) -> Value {
    json!([{ "vaccineName": "BCG", "receivedDate": received }])
}

#[test]
fn values_within_their_limits_give_no_warning() {
    let fine: Vec<fn(&mut Value)> = vec![
        |visit| visit["vitals"]["bmi"] = json!(32),
        |visit| visit["beneficiary"]["age"] = json!({ "value": 47, "unit": "years" }),
        |visit| {
            visit["visit"]["visitDate"] = json!("2026-06-10T11:35:00+05:30");
            visit["visit"].as_object_mut().unwrap().remove("endTime");
        },
        |visit| visit["immunizations"] = dose("1979-11-20"),
        |visit| visit["immunizations"] = dose("2026"),
    ];
    let before = told(OUTPATIENT, |_| {});
    for change in fine {
        assert_eq!(told(OUTPATIENT, change), before);
    }
}

#[test]
fn no_more_than_fifty_are_told() {
    let allergy = json!({ "type": "food", "term": "Egg", "status": "?" });
    let found = told(OUTPATIENT, |visit| visit["allergies"] = json!(vec![allergy; 200]));
    assert_eq!(found.len(), abdm_fhir::warning::WARNINGS_MAX);
}
