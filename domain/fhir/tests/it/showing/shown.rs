//! What a reader must not miss in the documents of others.

use abdm_fhir::{HiType, render};
use serde_json::{Value, json};

use crate::built;

/// The text of a document whose only section lists these resources, the first one at least.
fn told(resources: Value) -> String {
    render::text(&document(resources, 1))
}

/// A document with these resources, of which a section lists the first ones.
fn document(resources: Value, listed: usize) -> Value {
    let Value::Array(resources) = resources else { panic!("a list") };
    let url = |nth: usize| format!("urn:uuid:{nth}");
    let entries: Vec<Value> = (0..listed).map(|nth| json!({ "reference": url(nth) })).collect();
    let composition = json!({
        "resourceType": "Composition", "title": "Note",
        "section": [{ "title": "All", "entry": entries }]
    });
    let rest = resources.into_iter().enumerate();
    let rest = rest.map(|(nth, resource)| json!({ "fullUrl": url(nth), "resource": resource }));
    let entry: Vec<Value> =
        std::iter::once(json!({ "resource": composition })).chain(rest).collect();
    json!({ "resourceType": "Bundle", "type": "document", "entry": entry })
}

pub(crate) fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn refuted_statements_are_struck_through_with_their_reason() {
    let order = |status: &str| {
        json!({ "resourceType": "MedicationRequest", "status": status,
            "medicationCodeableConcept": { "text": "Aspirin" } })
    };
    for (resource, title) in [
        (order("cancelled"), "~~Aspirin~~ (cancelled)"),
        (order("entered-in-error"), "~~Aspirin~~ (entered in error)"),
        (order("stopped"), "~~Aspirin~~ (stopped)"),
        (order("on-hold"), "!! on hold: Aspirin"),
        (
            json!({ "resourceType": "ServiceRequest", "status": "revoked", "code": { "text": "MRI" } }),
            "~~MRI~~ (revoked)",
        ),
        (
            json!({ "resourceType": "Immunization", "status": "not-done", "vaccineCode": { "text": "BCG" },
                "statusReason": { "text": "Fever" } }),
            "~~BCG~~ (not given)",
        ),
        (
            json!({ "resourceType": "Procedure", "status": "not-done", "code": { "text": "Biopsy" } }),
            "~~Biopsy~~ (not done)",
        ),
        (
            json!({ "resourceType": "Observation", "status": "cancelled", "code": { "text": "Sodium" } }),
            "~~Sodium~~ (cancelled)",
        ),
        (
            json!({ "resourceType": "Appointment", "status": "noshow", "description": "Review" }),
            "~~Review~~ (the patient did not come)",
        ),
        (
            json!({ "resourceType": "Condition", "code": { "text": "Dengue" },
                "verificationStatus": { "coding": [{ "code": "refuted" }] } }),
            "~~Dengue~~ (ruled out)",
        ),
        (
            json!({ "resourceType": "AllergyIntolerance", "code": { "text": "Egg" },
                "verificationStatus": { "coding": [{ "code": "entered-in-error" }] } }),
            "~~Egg~~ (entered in error)",
        ),
        (
            json!({ "resourceType": "Invoice", "status": "cancelled", "identifier": [{ "value": "B-1" }] }),
            "~~B-1~~ (cancelled)",
        ),
        (
            json!({ "resourceType": "Basic", "status": "entered-in-error", "code": { "text": "Other" } }),
            "~~Other~~ (entered in error)",
        ),
    ] {
        let bundle = document(json!([resource]), 1);
        has(&render::text(&bundle), &[&format!("\n{title}\n")]);
        if let Some((name, why)) = title.strip_prefix("~~").and_then(|rest| rest.split_once("~~ "))
        {
            let html = format!("<s>{name}</s> <span class=\"why\">{why}</span>");
            assert!(render::html(&bundle).contains(&html), "{html}");
        }
    }
    let vaccine = json!([{ "resourceType": "Immunization", "status": "not-done",
        "statusReason": { "text": "Fever" }, "vaccineCode": { "text": "BCG" } }]);
    has(&told(vaccine), &["Status reason: Fever"]);
}

#[test]
fn a_document_entered_in_error_says_so_in_its_title() {
    let mut bundle = document(json!([]), 0);
    bundle["entry"][0]["resource"]["status"] = json!("entered-in-error");
    assert!(render::text(&bundle).starts_with("~~Note~~ (entered in error)\n==="));
    assert!(render::html(&bundle).contains("<h1><s>Note</s> <span class=\"why\">"));
}

#[test]
fn an_order_not_to_do_something_says_so() {
    let medicine = json!({ "resourceType": "MedicationRequest", "status": "active", "doNotPerform": true,
        "medicationCodeableConcept": { "text": "Ibuprofen" } });
    let bundle = document(json!([medicine]), 1);
    has(&render::text(&bundle), &["!! do not take: Ibuprofen"]);
    assert!(render::html(&bundle).contains("<span class=\"alert\">do not take</span> Ibuprofen"));
    let test = json!([{ "resourceType": "ServiceRequest", "doNotPerform": true, "code": { "text": "CT" } }]);
    has(&told(test), &["!! do not perform: CT"]);
    let plan = json!([{ "resourceType": "CarePlan", "title": "Plan", "activity": [
        { "detail": { "doNotPerform": true, "code": { "text": "Walking" }, "status": "cancelled" } }
    ] }]);
    has(&told(plan), &["  !! do not perform: ~~Walking~~ (cancelled)"]);
}

#[test]
fn a_dosage_in_structure_is_told_in_words() {
    let order = json!([{
        "resourceType": "MedicationRequest", "status": "active",
        "medicationCodeableConcept": { "text": "Codeine" },
        "dosageInstruction": [{
            "doseAndRate": [{ "doseQuantity": { "value": 30, "unit": "mg" } }],
            "timing": {
                "code": { "text": "1-0-1" },
                "repeat": {
                    "frequency": 2, "period": 1, "periodUnit": "d", "when": ["PC"],
                    "boundsPeriod": { "start": "2026-05-04", "end": "2026-05-08" }
                }
            },
            "asNeededCodeableConcept": { "text": "pain" },
            "patientInstruction": "not with alcohol",
            "additionalInstruction": [{ "text": "may cause drowsiness" }],
            "maxDosePerPeriod": {
                "numerator": { "value": 120, "unit": "mg" }, "denominator": { "value": 1, "unit": "d" }
            }
        }]
    }]);
    let bundle = document(order, 1);
    has(
        &render::text(&bundle),
        &[
            "  Dosage: 30 mg\n",
            "  How often: as needed: pain, 1-0-1, 2 times in 1 d, after a meal (PC), 2026-05-04 to 2026-05-08\n",
            "  Instruction: not with alcohol\n",
            "  Also: may cause drowsiness\n",
            "  At most: 120 mg / 1 d\n",
        ],
    );
    let missing = render::missing(&bundle);
    assert!(missing.contains(&"All, Codeine: Route".to_owned()), "{missing:?}");
    assert!(!missing.iter().any(|field| field.contains("Dosage") || field.contains("How often")));
}

#[test]
fn several_dosages_are_told_one_by_one() {
    let taken = json!([{
        "resourceType": "MedicationStatement", "status": "active",
        "medicationCodeableConcept": { "text": "Insulin" },
        "dosage": [
            { "text": "10 units", "timing": { "repeat": { "when": ["ACM"] } },
              "doseAndRate": [{ "doseRange": { "low": { "value": 8 }, "high": { "value": 10 } } }] },
            { "patientInstruction": "6 units at night" }
        ]
    }]);
    has(
        &told(taken),
        &[
            "  Dosage 1\n    Dosage: 10 units\n    How often: before breakfast (ACM)\n    Dose: 8 to 10\n",
            "  Dosage 2\n    Dosage: 6 units at night\n",
        ],
    );
}

#[test]
fn a_contained_resource_is_found() {
    let medicine =
        |name: &str| json!([{ "resourceType": "Medication", "id": "m", "code": { "text": name } }]);
    let pointing = |name: &str| {
        json!({ "resourceType": "MedicationRequest", "contained": medicine(name),
            "medicationReference": { "reference": "#m" } })
    };
    let bundle = document(json!([pointing("Amoxicillin"), pointing("Cefixime")]), 2);
    has(&render::text(&bundle), &["\nAmoxicillin\n", "\nCefixime\n"]);
    let bill = json!([
        { "resourceType": "Invoice", "lineItem": [
            { "chargeItemReference": { "reference": "urn:uuid:1" } },
            { "chargeItemReference": { "reference": "urn:uuid:2" } }
        ] },
        { "resourceType": "ChargeItem", "code": { "text": "Medicine" }, "contained": medicine("Brand 500"),
          "productReference": { "reference": "#m" } },
        { "resourceType": "ChargeItem", "code": { "text": "Device" }, "status": "entered-in-error",
          "productReference": { "reference": "urn:uuid:3" } },
        { "resourceType": "Device", "code": { "text": "Stent" } }
    ]);
    has(
        &told(bill),
        &[
            "  Medicine\n    Product: Brand 500\n",
            "  ~~Device~~ (entered in error)\n    Product: Stent\n",
        ],
    );
}

#[test]
fn an_observation_shows_its_value_and_its_components() {
    let score = json!([{
        "resourceType": "Observation", "status": "final", "code": { "text": "Apgar" },
        "valueQuantity": { "value": 9, "unit": "points" },
        "component": [
            { "code": { "text": "Colour" }, "valueInteger": 1,
              "interpretation": [{ "text": "Low" }], "referenceRange": [{ "text": "2" }] },
            { "code": { "text": "Tone" }, "dataAbsentReason": { "coding": [{ "code": "not-performed" }] } }
        ]
    }]);
    has(
        &told(score),
        &[
            "Apgar\n  Value: 9 points\n",
            "  Colour\n    Value: 1\n    Verdict: Low\n    Normal: 2\n",
            "  Tone\n    Value: no value: not-performed\n",
        ],
    );
    let panel = json!([{ "resourceType": "Observation", "code": { "text": "BP" },
        "component": [{ "code": { "text": "Systolic" }, "valueInteger": 120 }] }]);
    assert!(!told(panel).contains("BP\n  Value:"), "a panel needs no value of its own");
    let titre = json!([{ "resourceType": "Observation", "code": { "text": "Widal" },
        "valueRatio": { "numerator": { "value": 1 }, "denominator": { "value": 160 } } }]);
    has(&told(titre), &["Widal\n  Value: 1:160\n"]);
}

#[test]
fn reactions_are_told_with_their_severity() {
    let allergy = json!([{
        "resourceType": "AllergyIntolerance", "code": { "text": "Penicillin" }, "criticality": "high",
        "reaction": [{ "manifestation": [{ "text": "Anaphylaxis" }], "severity": "severe",
            "substance": { "text": "Amoxicillin" }, "onset": "2020-01" }]
    }]);
    has(
        &told(allergy),
        &[
            "  Criticality: high\n",
            "  Reaction\n    What happened: Anaphylaxis\n    Severity: severe\n    To: Amoxicillin\n    Began: 2020-01\n",
        ],
    );
    let dose = json!([
        { "resourceType": "Immunization", "status": "completed", "vaccineCode": { "text": "DPT" },
          "reaction": [{ "date": "2026-05-05", "detail": { "reference": "urn:uuid:1" } }] },
        { "resourceType": "Observation", "code": { "text": "Fever" },
          "valueQuantity": { "value": 39, "unit": "Cel" } }
    ]);
    has(
        &told(dose),
        &[
            "  Reaction\n    What happened: Fever\n    Date: 2026-05-05\n    Fever\n      Value: 39 Cel\n",
        ],
    );
    let illness = json!([{ "resourceType": "Condition", "code": { "text": "Asthma" },
        "severity": { "text": "Severe" }, "onsetAge": { "value": 7, "unit": "years" } }]);
    has(&told(illness), &["  Severity: Severe\n  Since: at the age of 7 years\n"]);
}

#[test]
fn sections_within_sections_are_shown() {
    let mut bundle =
        document(json!([{ "resourceType": "Condition", "code": { "text": "Cough" } }]), 1);
    bundle["entry"][0]["resource"]["section"] = json!([{
        "title": "Outer",
        "section": [
            { "title": "Middle", "section": [
                { "title": "Inner", "entry": [{ "reference": "urn:uuid:0" }] }
            ] },
            { "title": "Words", "text": { "div": "<div>Rest well</div>" } },
            { "title": "Nothing", "emptyReason": { "text": "Nil known" } }
        ]
    }]);
    let text = render::text(&bundle);
    has(
        &text,
        &[
            "\nOuter\n-----\n\nMiddle\n~~~~~~\n\nInner\n.....\nCough\n",
            "\nWords\n~~~~~\nIn words\n  Text: Rest well\n",
            "\nNothing\n~~~~~~~\nIn words\n  Empty: Nil known\n",
        ],
    );
    assert!(render::html(&bundle).contains("<h4>Inner</h4>"));
    let mut deep = json!({ "title": "Last" });
    for _ in 0..60 {
        deep = json!({ "title": "Level", "section": [deep] });
    }
    bundle["entry"][0]["resource"]["section"] = json!([deep]);
    assert!(render::text(&bundle).contains("Level"));
}

#[test]
fn words_beyond_the_entries_of_a_section_are_shown() {
    let (_, note) = built(HiType::OpConsultation, |visit| {
        visit["allergies"] = json!([
            { "type": "food", "term": "Milk", "status": "No" }, { "type": "food", "term": "Egg" }
        ]);
    });
    has(&render::text(&note), &["\nEgg\n", "In words\n  Text: Egg, food Milk, food, status: No\n"]);
}

#[test]
fn a_patient_is_called_by_the_name_in_use_and_told_to_be_dead() {
    let (_, mut note) = built(HiType::OpConsultation, |_| {});
    let patient = &mut note["entry"][1]["resource"];
    patient["name"] =
        json!([{ "use": "old", "text": "Old" }, { "use": "official", "text": "New" }]);
    patient["deceasedDateTime"] = json!("2026-05-04T10:00:00+05:30");
    patient["telecom"] = json!([{ "use": "old", "value": "111" }, { "value": "222" }]);
    has(
        &render::text(&note),
        &["Patient\n  Name: New\n", "  Deceased: 2026-05-04 10:00 +05:30\n", "  Contact: 222\n"],
    );
    note["entry"][1]["resource"]["deceasedDateTime"].take();
    note["entry"][1]["resource"]["deceasedBoolean"] = json!(true);
    has(&render::text(&note), &["  Deceased: yes\n"]);
}

#[test]
fn marks_that_turn_text_around_do_not_come_through() {
    let hidden = "a\u{202e}b\u{2066}c\u{200f}d\u{1b}[31me\u{7}f\u{9b}g";
    let (_, mut note) = built(HiType::OpConsultation, |_| {});
    note["entry"][0]["resource"]["title"] = json!(hidden);
    note["entry"][0]["resource"]["section"][0]["title"] = json!(hidden);
    note["entry"][1]["resource"]["name"][0]["text"] = json!(hidden);
    note["entry"][1]["resource"].as_object_mut().unwrap().remove("gender");
    let all = [render::text(&note), render::html(&note), render::missing(&note).join("\n")];
    for shown in all {
        let is_hidden = |letter: char| {
            (letter.is_control() && letter != '\n') || "\u{202e}\u{2066}\u{200f}".contains(letter)
        };
        assert!(!shown.contains(is_hidden), "{shown:?}");
    }
}

#[test]
fn a_page_points_at_no_other_server() {
    let attack = "<div><img src=\"//evil.example/x\"/><p style=\"background:url(//evil.example)\">Rest\
        </p><a href=\"data:text/html,x\">here</a></div>";
    let mut bundle = document(json!([]), 0);
    bundle["entry"][0]["resource"]["section"] =
        json!([{ "title": "Words", "text": { "div": attack } }]);
    let html = render::html(&bundle);
    for part in ["evil", "<img", "<a ", "href", "url(", "data:"] {
        assert!(!html.contains(part), "{part} in {html}");
    }
    assert!(html.contains("Rest here"));
}

#[test]
fn only_a_document_is_one() {
    let not = |value: Value| render::not_a_document(&value);
    assert!(not(json!({})).unwrap().contains("not a Bundle"));
    assert!(not(json!([])).unwrap().contains("not a Bundle"));
    assert!(not(json!({ "resourceType": "Patient" })).unwrap().contains("not a Bundle"));
    assert!(not(json!({ "resourceType": "Bundle" })).unwrap().contains("no Composition"));
    assert_eq!(not(document(json!([]), 0)), None);
}
