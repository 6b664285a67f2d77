//! Diagnostic reports.

use abdm_fhir::HiType;
use serde_json::{Value, json};

use crate::{STAY, all, all_built, changed, left_out, urn};

fn reports() -> Vec<(abdm_fhir::Document, Value)> {
    all_built(HiType::DiagnosticReport, STAY)
}

#[test]
fn every_test_with_results_and_every_picture_is_a_document_of_its_own() {
    let reports = reports();
    let titles: Vec<_> = reports.iter().map(|(document, _)| &document.title[..]).collect();
    assert_eq!(
        titles,
        [
            "Laboratory report: Complete blood count",
            "Laboratory report: Complete blood count",
            "Imaging report: Chest X-ray PA view",
        ]
    );
    for (_, bundle) in &reports {
        assert_eq!(all(bundle, "DiagnosticReport").len(), 1);
        let sections = bundle["entry"][0]["resource"]["section"].as_array().unwrap();
        assert_eq!(sections.len(), 1);
        assert_eq!(sections[0]["entry"][0]["type"], "DiagnosticReport");
    }
}

#[test]
fn the_documents_of_one_kind_have_names_that_last() {
    let identifiers = |visit: &str| -> Vec<String> {
        let reports = all_built(HiType::DiagnosticReport, visit);
        reports.into_iter().map(|(document, _)| document.identifier).collect()
    };
    let first = identifiers(STAY);
    assert_eq!(first[0], "40000000000000031-DiagnosticReport-lab-31-2");
    assert_eq!(first[1], "40000000000000031-DiagnosticReport-lab-31-2-2");
    assert!(first[2].starts_with("40000000000000031-DiagnosticReport-imaging-"));
    let later = identifiers(&changed(STAY, |visit| {
        let tests = visit["labTests"].as_array_mut().unwrap();
        let value = json!([{ "name": "NS1 antigen", "value": "Positive" }]);
        tests.rotate_right(1);
        tests[0]["components"] = value;
    }));
    assert_eq!(later[0], "40000000000000031-DiagnosticReport-lab-32-2");
    assert_eq!(later[1..], first, "another test before them does not rename the others");
    let ids: std::collections::BTreeSet<_> =
        reports().iter().map(|(document, _)| document.id).collect();
    assert_eq!(ids.len(), 3);
}

#[test]
fn numbers_that_came_as_text_are_numbers_with_their_digits() {
    let (document, bundle) = &reports()[0];
    assert!(document.json.contains(r#""valueQuantity":{"value":0.62,"unit":"lakhs/cumm"}"#));
    assert!(
        document
            .json
            .contains(r#""value":52.0,"unit":"%","system":"http://unitsofmeasure.org","code":"%""#)
    );
    let smear = all(bundle, "Observation")[3];
    assert_eq!(smear["dataAbsentReason"]["coding"][0]["code"], "unknown");
    assert_eq!(smear["status"], "registered");
    assert_eq!(all(bundle, "DiagnosticReport")[0]["status"], "partial");
    let (_, second) = &reports()[1];
    assert_eq!(all(second, "Observation")[0]["valueString"], "see note");
}

#[test]
fn a_result_says_on_which_side_of_normal_it_lies() {
    let (_, bundle) = &reports()[0];
    let verdict = |nth: usize| {
        let observation = all(bundle, "Observation")[nth];
        observation["interpretation"][0]["coding"][0]["code"].clone()
    };
    assert_eq!(verdict(0), "L");
    assert_eq!(verdict(1), "H");
    assert_eq!(verdict(2), "N", "the end of a range is normal");
    assert_eq!(verdict(3), Value::Null, "nothing is said of what is not known");
    let range = &all(bundle, "Observation")[2]["referenceRange"][0];
    assert_eq!(range["low"]["value"], 4000);
    assert_eq!(range["low"]["code"], "/mm3");
    assert_eq!(range.get("high"), None);
}

#[test]
fn a_range_that_ends_below_its_start_is_left_out_and_reported() {
    let (document, bundle) = &reports()[1];
    assert_eq!(all(bundle, "Observation")[0].get("referenceRange"), None);
    assert_eq!(left_out(document), ["labTests[1].components[0].rangeMin", "labTests[1].specimen"]);
}

#[test]
fn a_report_says_who_read_it_what_was_examined_and_what_was_asked() {
    let (_, bundle) = &reports()[0];
    let report = all(bundle, "DiagnosticReport")[0];
    assert_eq!(report["resultsInterpreter"][0], json!({ "display": "Dr. Kiran Rao" }));
    assert_eq!(report["performer"][0]["type"], "Organization");
    assert_eq!(report["conclusion"], "Low platelets & high haematocrit; Repeat after 24 h");
    assert_eq!(report["effectiveDateTime"], "2026-06-01T09:10:00+05:30");
    assert_eq!(report["issued"], "2026-06-01T11:30:00+05:30");
    let specimen = all(bundle, "Specimen")[0];
    assert_eq!(report["specimen"][0]["reference"], urn(specimen));
    assert_eq!(specimen["receivedTime"], "2026-06-01T09:40:00+05:30");
    let order = all(bundle, "ServiceRequest")[0];
    assert_eq!(report["basedOn"][0]["reference"], urn(order));
    assert_eq!(order["status"], "completed");
}

#[test]
fn a_report_without_words_gets_a_neutral_conclusion_and_no_nurse_as_reader() {
    let (_, bundle) = &reports()[1];
    let report = all(bundle, "DiagnosticReport")[0];
    assert_eq!(report["conclusion"], "Results recorded; see values");
    assert_eq!(report["resultsInterpreter"][0]["type"], "Organization");
    assert_eq!(report["performer"][1]["display"], "Sister Leela Mathew");
    assert_eq!(report.get("issued"), None);
    assert_eq!(report["code"], json!({ "text": "Complete blood count" }));
}

#[test]
fn an_imaging_report_has_its_picture() {
    let (_, bundle) = &reports()[2];
    let report = all(bundle, "DiagnosticReport")[0];
    let media = all(bundle, "Media")[0];
    assert_eq!(report["media"][0]["link"]["reference"], urn(media));
    assert_eq!(media["content"]["title"], "Chest X-ray PA view");
    assert_eq!(media["modality"]["coding"][0]["code"], "DX");
    assert_eq!(report["code"]["coding"][0]["display"], "Chest X-ray PA view");
    let section = &bundle["entry"][0]["resource"]["section"][0];
    assert_eq!(section["code"]["coding"][0]["display"], "Imaging report");
}

#[test]
fn a_test_without_any_value_is_still_an_order() {
    let note = all_built(HiType::OpConsultation, STAY).remove(0).1;
    let orders = all(&note, "ServiceRequest");
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["code"]["text"], "Dengue NS1");
    assert_eq!(orders[0]["status"], "active");
}
