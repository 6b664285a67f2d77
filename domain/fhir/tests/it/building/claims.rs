//! Documents claim what the visit says, and nothing else.

use abdm_fhir::{HiType, SkipReason, VisitDocument, documents};
use serde_json::{Value, json};

use crate::{OUTPATIENT, STAY, all, all_built, built, built_from, changed, context, section, urn};

fn note(change: impl FnOnce(&mut Value)) -> Value {
    let (document, bundle) = built(HiType::OpConsultation, change);
    assert!(document.is_fit(), "{:#?}", document.findings);
    bundle
}

fn code(concept: &Value) -> Option<&str> {
    concept["coding"][0]["code"].as_str()
}

#[test]
fn a_medicine_is_for_what_the_visit_ties_it_to() {
    let (document, bundle) = built(HiType::Prescription, |visit| {
        visit["diagnoses"] = json!([
            { "term": "Hypertension", "certainty": "confirmed" },
            { "term": "Scabies", "certainty": "confirmed" }
        ]);
        visit["prescriptions"] = json!([
            { "genericName": "Amlodipine", "reasons": ["hypertension"] },
            { "genericName": "Permethrin cream", "reasons": ["Itching at night"] },
            { "genericName": "Paracetamol" }
        ]);
    });
    assert!(document.is_fit(), "{:#?}", document.findings);
    let orders = all(&bundle, "MedicationRequest");
    let conditions = all(&bundle, "Condition");
    assert_eq!(orders[0]["reasonReference"].as_array().unwrap().len(), 1);
    assert_eq!(orders[0]["reasonReference"][0]["reference"], urn(conditions[0]));
    assert_eq!(orders[1]["reasonCode"], json!([{ "text": "Itching at night" }]));
    for order in &orders[1..] {
        assert_eq!(order.get("reasonReference"), None);
    }
    assert_eq!(orders[2].get("reasonCode"), None);
}

#[test]
fn an_allergy_has_the_status_that_its_word_means() {
    let note = note(|visit| {
        visit["allergies"] = json!([
            { "type": "drugs", "term": "Penicillin", "status": "Refuted" },
            { "type": "food", "term": "Egg", "status": "Outgrown" },
            { "type": "drugs", "term": "Ibuprofen", "status": "Not Active" },
            { "type": "drugs", "term": "Aspirin", "status": "Confirmed" },
            { "type": "drugs", "term": "Codeine", "status": "Entered in error" },
            { "type": "environmental", "term": "Pollen" }
        ]);
    });
    let told: Vec<_> = all(&note, "AllergyIntolerance")
        .into_iter()
        .map(|one| (code(&one["clinicalStatus"]), code(&one["verificationStatus"]).unwrap()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("inactive"), "refuted"),
            (Some("resolved"), "unconfirmed"),
            (Some("inactive"), "unconfirmed"),
            (Some("active"), "confirmed"),
            (None, "entered-in-error"),
            (Some("active"), "unconfirmed"),
        ]
    );
}

#[test]
fn an_allergy_whose_status_is_not_understood_is_told_in_words() {
    for word in ["No", "Severe", "1"] {
        let (document, note) = built(HiType::OpConsultation, |visit| {
            visit["allergies"] = json!([
                { "type": "food", "term": "Milk", "status": word },
                { "type": "food", "term": "Egg" }
            ]);
        });
        assert!(document.is_fit(), "{:#?}", document.findings);
        assert_eq!(all(&note, "AllergyIntolerance").len(), 1, "FHIR has none without a status");
        let text = &section(&note, "Allergies")["text"];
        assert_eq!(text["status"], "additional");
        let line = format!("<li>Milk, food, status: {word}</li>");
        assert!(text["div"].as_str().unwrap().contains(&line), "{text}");
        assert!(crate::left_out(&document).contains(&"allergies[0].status"));
    }
}

#[test]
fn a_procedure_has_the_status_that_its_word_means() {
    let note = note(|visit| {
        visit["procedures"] = json!([
            { "name": "Lumbar puncture", "status": "Cancelled" },
            { "name": "Suturing", "status": "Done" },
            { "name": "ECG", "status": "completed" },
            { "name": "MRI", "status": "Planned" },
            { "name": "Dressing" },
            { "name": "Biopsy", "status": "Awaiting theatre" }
        ]);
    });
    let procedures = all(&note, "Procedure");
    let told: Vec<_> = procedures.iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(told, ["not-done", "completed", "completed", "preparation", "unknown", "unknown"]);
    assert_eq!(procedures[4].get("note"), None);
    assert_eq!(procedures[5]["note"][0]["text"], "Status: Awaiting theatre");
}

#[test]
fn a_diagnosis_is_as_certain_as_the_visit_says() {
    let note = note(|visit| {
        visit["diagnoses"] = json!([
            { "term": "Dengue ruled out" },
            { "term": "?Typhoid" },
            { "term": "H/O TB" },
            { "term": "Anaemia" },
            { "term": "Malaria", "certainty": "refuted" },
            { "term": "Asthma", "certainty": "confirmed" },
            { "term": "Scrub typhus ruled out", "certainty": "confirmed" }
        ]);
        visit.as_object_mut().unwrap().remove("medicalHistory");
        visit.as_object_mut().unwrap().remove("chiefComplaints");
    });
    let told: Vec<_> = all(&note, "Condition")
        .into_iter()
        .map(|one| (code(&one["clinicalStatus"]), code(&one["verificationStatus"])))
        .collect();
    assert_eq!(
        told,
        [
            (None, Some("refuted")),
            (None, Some("unconfirmed")),
            (Some("inactive"), None),
            (None, None),
            (None, Some("refuted")),
            (Some("active"), Some("confirmed")),
            (None, Some("refuted")),
        ]
    );
    let of_visit = all(&note, "Encounter")[0]["diagnosis"].as_array().unwrap().clone();
    let names: Vec<_> = of_visit.iter().map(|one| &one["condition"]["display"]).collect();
    assert_eq!(names, ["?Typhoid", "Anaemia", "Asthma"]);
    assert_eq!(of_visit[1].get("use"), None);
}

#[test]
fn a_refuted_diagnosis_does_not_travel_with_a_prescription() {
    let (document, bundle) = built(HiType::Prescription, |visit| {
        visit["diagnoses"] = json!([{ "term": "Dengue ruled out" }]);
    });
    assert!(document.findings.is_empty(), "{:#?}", document.findings);
    assert!(all(&bundle, "Condition").is_empty());
}

#[test]
fn a_complaint_that_denies_something_is_not_active() {
    let note = note(|visit| {
        visit["chiefComplaints"] = json!([{ "complaint": "No fever" }, { "complaint": "Cough" }]);
    });
    let conditions = all(&note, "Condition");
    assert_eq!(conditions[0].get("clinicalStatus"), None);
    assert_eq!(code(&conditions[1]["clinicalStatus"]), Some("active"));
}

/// The observations of a test with these components.
fn results(components: &Value) -> Vec<Value> {
    let (document, bundle) = built(HiType::DiagnosticReport, |visit| {
        visit["labTests"] =
            json!([{ "procedureId": 1, "procedureName": "Panel", "components": components }]);
    });
    assert!(document.is_fit(), "{:#?}", document.findings);
    all(&bundle, "Observation").into_iter().cloned().collect()
}

#[test]
fn numbers_in_text_keep_comparator_unit_and_verdict() {
    let results = results(&json!([
        { "name": "Troponin I", "value": "<0.01", "unit": "ng/mL", "rangeMax": 0.04 },
        { "name": "Ferritin", "value": ">1000", "unit": "ng/mL", "rangeMin": 30, "rangeMax": 400 },
        { "name": "Platelets", "value": "1,50,000", "unit": "/cumm", "rangeMin": 200_000 },
        { "name": "White cells", "value": "4.5 x10^3", "unit": "/uL" },
        { "name": "D-dimer", "value": "<5", "unit": "ug/L", "rangeMin": 2, "rangeMax": 10 }
    ]));
    let told: Vec<_> = results
        .iter()
        .map(|one| {
            let quantity = &one["valueQuantity"];
            (
                quantity["comparator"].as_str(),
                quantity["value"].to_string(),
                quantity["code"].as_str(),
                code(&one["interpretation"][0]),
            )
        })
        .collect();
    let expected = [
        (Some("<"), "0.01", Some("ng/mL"), Some("N")),
        (Some(">"), "1000", Some("ng/mL"), Some("H")),
        (None, "150000", Some("/mm3"), Some("L")),
        (None, "4500", Some("/uL"), None),
        (Some("<"), "5", Some("ug/L"), None),
    ]
    .map(|(sign, value, code, verdict)| (sign, value.to_owned(), code, verdict));
    assert_eq!(told, expected);
    assert!(results[1]["text"]["div"].as_str().unwrap().contains("Ferritin: &gt;1000 ng/mL, High"));
}

#[test]
fn a_result_that_is_no_number_stays_text_with_its_unit() {
    let results = results(&json!([
        { "name": "ESR", "value": "15-20", "unit": "mm/hr", "rangeMax": 20 },
        { "name": "Widal", "value": "1:160" },
        { "name": "HBsAg", "value": "Negative", "unit": "IU/mL" },
        { "name": "Malaria", "value": "Positive (+++)" }
    ]));
    let told: Vec<_> = results.iter().map(|one| one["valueString"].as_str().unwrap()).collect();
    assert_eq!(told, ["15-20 mm/hr", "1:160", "Negative", "Positive (+++)"]);
    assert!(results[0]["text"]["div"].as_str().unwrap().contains("ESR: 15-20 mm/hr"));
    assert!(results.iter().all(|one| one.get("interpretation").is_none()));
}

#[test]
fn only_a_ucum_code_that_fits_the_unit_goes_out_as_a_code() {
    let results = results(&json!([
        { "name": "Glucose", "value": 110, "unit": "mg/dL", "ucumCode": "mmol/L" },
        { "name": "Pressure", "value": 120, "unit": "mmHg", "ucumCode": "mmHg" },
        { "name": "X", "value": 1, "unit": "u", "ucumCode": "not a ucum code" },
        { "name": "Y", "value": 1, "ucumCode": "mg/dL" },
        { "name": "Sodium", "value": 140, "unit": "mEq/L", "ucumCode": "meq/L" },
        { "name": "Z", "value": 1, "ucumCode": "mIU/mL" }
    ]));
    let told: Vec<_> = results
        .iter()
        .map(|one| (one["valueQuantity"]["unit"].as_str(), one["valueQuantity"]["code"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Some("mg/dL"), None),
            (Some("mmHg"), Some("mm[Hg]")),
            (Some("u"), None),
            (Some("mg/dL"), Some("mg/dL")),
            (Some("mEq/L"), Some("meq/L")),
            (None, None),
        ]
    );
    assert!(results.iter().all(|one| {
        one["valueQuantity"].get("system").is_some() == one["valueQuantity"].get("code").is_some()
    }));
}

#[test]
fn a_patient_who_is_still_admitted_gets_no_discharge_summary() {
    let admitted = changed(STAY, |visit| {
        visit["admission"].as_object_mut().unwrap().remove("dischargedAt");
    });
    let visit = VisitDocument::parse(admitted.as_bytes()).unwrap();
    let skipped = documents(&visit, &context()).skipped;
    let skipped = skipped.iter().find(|one| one.hi_type == HiType::DischargeSummary).unwrap();
    assert_eq!(skipped.reason, SkipReason::StillAdmitted);
    let (_, note) = built_from(HiType::OpConsultation, &admitted);
    assert_eq!(all(&note, "Encounter")[0]["status"], "in-progress");
    assert_eq!(all(&note, "Encounter")[0]["period"].get("end"), None);
    assert_eq!(note["entry"][0]["resource"]["status"], "preliminary");
}

#[test]
fn a_document_is_final_when_the_visit_is_finished() {
    let status = |nurse: Option<i64>, doctor: Option<i64>| {
        let note = note(|visit| {
            for (name, flag) in [("nurseFlag", nurse), ("docFlag", doctor)] {
                visit["visit"].as_object_mut().unwrap().remove(name);
                if let Some(flag) = flag {
                    visit["visit"][name] = json!(flag);
                }
            }
        });
        note["entry"][0]["resource"]["status"].as_str().unwrap().to_owned()
    };
    assert_eq!(status(Some(9), Some(9)), "final");
    assert_eq!(status(None, None), "final", "a record system without flags sends finished visits");
    for (nurse, doctor) in
        [(Some(9), Some(1)), (Some(9), None), (Some(9), Some(2)), (Some(1), None)]
    {
        assert_eq!(status(nurse, doctor), "preliminary", "{nurse:?} {doctor:?}");
    }
}

#[test]
fn a_document_is_not_older_than_what_it_tells() {
    let reports = all_built(HiType::DiagnosticReport, STAY);
    let date = |nth: usize| reports[nth].1["entry"][0]["resource"]["date"].as_str().unwrap();
    assert_eq!(date(0), "2026-06-01T11:30:00+05:30", "of the result, after the visit");
    assert_eq!(date(2), "2026-06-01T12:15:00+05:30", "of the imaging report");
    let (_, summary) = built_from(HiType::DischargeSummary, STAY);
    assert_eq!(summary["entry"][0]["resource"]["date"], "2026-06-03T10:00:00+05:30");
    let (_, bill) = built_from(HiType::Invoice, STAY);
    assert_eq!(bill["entry"][0]["resource"]["date"], "2026-06-03T09:45:00+05:30");
    // A result in another zone: the moment decides, not the text.
    let (_, report) = built(HiType::DiagnosticReport, |visit| {
        visit["labTests"] = json!([{
            "procedureId": 1, "procedureName": "Panel", "resultAt": "2026-05-04T05:00:00Z",
            "components": [{ "name": "a", "value": 1 }]
        }]);
    });
    assert_eq!(report["entry"][0]["resource"]["date"], "2026-05-04T05:00:00Z");
}

#[test]
fn only_interpreters_read_a_result() {
    let report = |designation: Option<&str>, qualification: Option<&str>, by: Option<&str>| {
        let (_, bundle) = built(HiType::DiagnosticReport, |visit| {
            visit["practitioner"] = json!({ "userId": "1", "fullName": "Mary" });
            if let Some(designation) = designation {
                visit["practitioner"]["designation"] = json!(designation);
            }
            if let Some(qualification) = qualification {
                visit["practitioner"]["qualification"] = json!(qualification);
            }
            visit["labTests"] = json!([{
                "procedureId": 1, "procedureName": "P", "components": [{ "name": "a", "value": "5" }]
            }]);
            if let Some(by) = by {
                visit["labTests"][0]["interpretedBy"] = json!(by);
            }
        });
        let report = all(&bundle, "DiagnosticReport")[0];
        let reader = &report["resultsInterpreter"][0];
        let performers = report["performer"].as_array().unwrap().len();
        let kind = reader["type"].as_str().unwrap_or("name only").to_owned();
        (kind, performers)
    };
    let told = |kind: &str, performers| (kind.to_owned(), performers);
    assert_eq!(report(Some("Medical Officer"), None, None), told("Practitioner", 1));
    assert_eq!(report(None, Some("MBBS, MD"), None), told("Practitioner", 1));
    assert_eq!(report(Some("Staff Nurse"), None, None), told("Organization", 2));
    assert_eq!(report(Some("Lab Technician"), Some("DMLT"), None), told("Organization", 2));
    assert_eq!(report(None, None, None), told("Organization", 2));
    assert_eq!(report(Some("Staff Nurse"), None, Some("Mary")), told("Organization", 2));
    assert_eq!(report(Some("Staff Nurse"), None, Some("Dr. Kiran Rao")), told("name only", 1));
}

#[test]
fn an_appointment_has_the_status_that_its_word_means() {
    let appointment = |status: Option<&str>, has_end: bool| {
        let note = note(|visit| {
            visit["followUp"] = json!({ "start": "2026-05-18T09:00:00+05:30" });
            if has_end {
                visit["followUp"]["end"] = json!("2026-05-18T09:15:00+05:30");
            }
            if let Some(status) = status {
                visit["followUp"]["status"] = json!(status);
            }
        });
        all(&note, "Appointment")[0].clone()
    };
    for (word, has_end, status, attends) in [
        (None, true, "booked", "accepted"),
        (None, false, "proposed", "needs-action"),
        (Some("Scheduled"), true, "booked", "accepted"),
        (Some("Cancelled"), true, "cancelled", "needs-action"),
        (Some("No show"), true, "noshow", "needs-action"),
        (Some("Completed"), true, "fulfilled", "accepted"),
        (Some("Rescheduled"), true, "proposed", "needs-action"),
    ] {
        let appointment = appointment(word, has_end);
        assert_eq!(appointment["status"], status, "{word:?}");
        assert_eq!(appointment["participant"][0]["status"], attends, "{word:?}");
    }
    let unknown = appointment(Some("Rescheduled"), true);
    assert_eq!(unknown["comment"], "Status: Rescheduled");
}

#[test]
fn times_for_people_have_their_zone() {
    let note = note(|visit| {
        visit["visit"]["visitDate"] = json!("2026-05-04T04:10:00Z");
        visit["visit"]["endTime"] = json!("2026-05-04T04:40:00Z");
    });
    let words = all(&note, "Encounter")[0]["text"]["div"].as_str().unwrap();
    assert!(words.contains("2026-05-04 04:10 +00:00"), "{words}");
    assert!(OUTPATIENT.contains("+05:30"));
}
