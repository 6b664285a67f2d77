//! Prescriptions.

use abdm_fhir::HiType;
use serde_json::{Value, json};

use crate::{all, built};

fn orders() -> Vec<Value> {
    let (_, bundle) = built(HiType::Prescription, |_| {});
    all(&bundle, "MedicationRequest").into_iter().cloned().collect()
}

#[test]
fn one_section_lists_the_orders_by_type() {
    let (_, bundle) = built(HiType::Prescription, |_| {});
    let sections = bundle["entry"][0]["resource"]["section"].as_array().unwrap();
    assert_eq!(sections.len(), 1);
    let entries = sections[0]["entry"].as_array().unwrap();
    assert_eq!(entries.len(), 4);
    assert!(entries.iter().all(|entry| entry["type"] == "MedicationRequest"));
}

#[test]
fn a_known_word_gives_a_timing_and_the_text_is_always_there() {
    let orders = orders();
    let dosage = &orders[0]["dosageInstruction"][0];
    assert_eq!(
        dosage["timing"]["repeat"],
        json!({
            "boundsDuration": {
                "value": 5, "unit": "Day(s)", "system": "http://unitsofmeasure.org", "code": "d"
            },
            "frequency": 3,
            "period": 1,
            "periodUnit": "d"
        })
    );
    assert_eq!(dosage["text"], "1 Tablet, Thrice Daily (TDS), for 5 Day(s), भोजन के बाद");
    assert_eq!(dosage["route"]["coding"][0]["code"], "26643006");
}

#[test]
fn medicine_taken_when_needed_has_no_rhythm() {
    let orders = orders();
    let dosage = &orders[1]["dosageInstruction"][0];
    assert_eq!(dosage["asNeededBoolean"], true);
    assert_eq!(dosage["timing"]["repeat"]["boundsDuration"]["code"], "wk");
    assert_eq!(dosage["timing"]["repeat"].get("frequency"), None);
    assert_eq!(dosage["route"]["coding"][0]["display"], "Topical route", "known by its code");
}

#[test]
fn unknown_words_are_sent_as_text() {
    let orders = orders();
    let dosage = &orders[2]["dosageInstruction"][0];
    assert_eq!(*dosage, json!({ "text": "with milk", "route": { "text": "Sublingual" } }));
    assert_eq!(orders[2]["medicationCodeableConcept"], json!({ "text": "Calcium carbonate" }));
}

#[test]
fn no_dosage_is_made_up() {
    let orders = orders();
    assert_eq!(orders[3]["dosageInstruction"], json!([{ "text": "No dosage recorded" }]));
    assert_eq!(orders[3].get("dispenseRequest"), None, "nobody hands out zero pieces");
}

#[test]
fn an_order_says_by_whom_and_when() {
    let (_, bundle) = built(HiType::Prescription, |_| {});
    let order = all(&bundle, "MedicationRequest")[0];
    assert_eq!(order["requester"]["display"], "Dr. Ravi Deshmukh");
    assert_eq!(order["authoredOn"], "2026-05-04T09:40:00+05:30");
    assert_eq!(order.get("reasonReference"), None, "the visit does not say what it is for");
    assert_eq!(all(&bundle, "Condition").len(), 2, "the diagnoses travel along");
    assert_eq!(
        order["medicationCodeableConcept"]["coding"][0]["display"],
        "Paracetamol 650 mg Tablet"
    );
}
