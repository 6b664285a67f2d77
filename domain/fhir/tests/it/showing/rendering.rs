//! Documents as people see them.

use abdm_fhir::{HiType, render};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{OUTPATIENT, STAY, all_built, built, built_from};

#[test]
fn a_note_is_told_in_words() {
    let (_, bundle) = built_from(HiType::OpConsultation, OUTPATIENT);
    let text = render::text(&bundle);
    for line in [
        "Consultation Report\n===================\n",
        "Patient\n  Name: सुनीता पाटील\n  Gender: female\n  Birth date: 1979-11\n",
        "Practitioner\n  Name: Dr. Ravi Deshmukh\n",
        "  Role: Medical Officer\n",
        "Facility\n  Name: PHC Wadgaon\n",
        "Chief complaints\n----------------\nPain in knee & \"locking\" <right>\n",
        "Body weight\n  Value: 81.0 kg\n",
        "  Systolic blood pressure\n    Value: 142 mmHg\n",
        "  Diastolic blood pressure\n    Value: no value: Unknown\n",
        "Paracetamol 650 mg Tablet\n  Dosage: 1 Tablet, Thrice Daily (TDS), for 5 Day(s), भोजन के बाद\n  \
         How often: 3 times in 1 d, for 5 Day(s)\n",
        "  With: सुनीता पाटील, Dr. Asmita Kale\n",
    ] {
        assert!(text.contains(line), "{line}\nis not in\n{text}");
    }
}

#[test]
fn every_kind_shows_what_it_is_about() {
    for (hi_type, words) in [
        (HiType::DiagnosticReport, "Verdict: Low\n    Normal: 1.5 lakhs/cumm to 4.5 lakhs/cumm"),
        (HiType::DischargeSummary, "Advice: Drink plenty; come back at once if there is bleeding"),
        (
            HiType::ImmunizationRecord,
            "Influenza\n    Due: 2026-07-01\n    Status: Due\n    Dose: 1",
        ),
        (HiType::HealthDocumentRecord, "Type: application/pdf\n    Size: 15 bytes"),
        (HiType::Invoice, "Price: Rate INR 1.2, MRP INR 1.5, Discount INR 0.3"),
    ] {
        let (_, bundle) = built_from(hi_type, STAY);
        let text = render::text(&bundle);
        assert!(text.contains(words), "{words}\nis not in\n{text}");
    }
    let papers = all_built(HiType::HealthDocumentRecord, STAY);
    assert!(render::text(&papers[2].1).contains("ಯಕೃತ್ತು ಸಾಮಾನ್ಯ; <no> ascites"));
}

#[test]
fn values_shown_as_na_are_listed() {
    let (_, bundle) = built(HiType::Prescription, |visit| {
        visit["beneficiary"].as_object_mut().unwrap().remove("dateOfBirth");
    });
    let missing = render::missing(&bundle);
    assert!(missing.contains(&"Patient: Birth date".to_owned()), "{missing:?}");
    let rhythm = "Prescription record, Calcium carbonate: How often";
    assert!(missing.contains(&rhythm.to_owned()), "{missing:?}");
    assert!(!missing.iter().any(|field| field.contains("Paracetamol")), "{missing:?}");
    assert!(render::html(&bundle).contains("<dt>Birth date</dt><dd><span class=\"na\""));
}

#[test]
fn markup_of_a_stranger_stays_text() {
    let (_, mut bundle) = built_from(HiType::HealthDocumentRecord, STAY);
    let attack = "<script>alert(1)</script>\"'&";
    bundle["entry"][0]["resource"]["title"] = json!(attack);
    bundle["entry"][0]["resource"]["section"][0]["title"] = json!(attack);
    let paper = bundle["entry"].as_array().unwrap().len() - 1;
    let attachment = &mut bundle["entry"][paper]["resource"]["content"][0]["attachment"];
    attachment["title"] = json!(attack);
    attachment["contentType"] = json!("image/png");
    attachment["data"] = json!("AAAA\"><script>");
    let html = render::html(&bundle);
    assert!(!html.contains("<script"), "{html}");
    assert!(!html.contains("<img"), "what is no base64 is no picture");
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;"));
    bundle["entry"][0]["resource"]["title"] = json!("A\n\u{1b}[2JStatus: final");
    let text = render::text(&bundle);
    assert!(text.starts_with("A [2JStatus: final\n"), "no line and no terminal code of theirs");
}

#[test]
fn a_picture_is_in_the_page_and_no_other_server_is_asked() {
    let (_, bundle) = &all_built(HiType::DiagnosticReport, STAY)[2];
    let html = render::html(bundle);
    assert!(html.contains("<img alt=\"\" src=\"data:image/png;base64,iVBOR"));
    assert!(!html.contains("http"), "{html}");
}

#[test]
fn resources_that_list_each_other_are_shown_once() {
    let entry = |id: u32, members: &[u32]| {
        let members: Vec<Value> =
            members.iter().map(|id| json!({ "reference": format!("Observation/{id}") })).collect();
        json!({
            "fullUrl": format!("https://x.example/Observation/{id}"),
            "resource": {
                "resourceType": "Observation",
                "id": id.to_string(),
                "code": { "text": format!("Panel {id}") },
                "hasMember": members
            }
        })
    };
    let section = json!([{ "title": "All", "entry": [{ "reference": "Observation/1" }] }]);
    let bundle = json!({
        "entry": [
            { "resource": { "resourceType": "Composition", "section": section } },
            entry(1, &[2, 2, 1]),
            entry(2, &[1, 2])
        ]
    });
    let text = render::text(&bundle);
    assert_eq!(text.matches("Panel 1\n").count(), 3, "{text}");
    assert_eq!(text.matches("See: above").count(), 4, "{text}");
}

#[test]
fn nothing_at_all_is_shown_as_nothing() {
    for nothing in [Value::Null, json!([]), json!({ "entry": [7, {}] })] {
        assert!(render::text(&nothing).starts_with("NA (missing)\n============\n"));
        assert!(render::missing(&nothing).contains(&"Patient: Name".to_owned()));
    }
}

/// Every place in a JSON value, as a pointer.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(object) => {
            object.iter().for_each(|(name, field)| pointers(field, &format!("{at}/{name}"), all));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, item)| pointers(item, &format!("{at}/{index}"), all));
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_damaged_document_is_still_shown(
        chosen in any::<prop::sample::Index>(),
        other in prop::sample::select(vec![json!(null), json!([]), json!({}), json!("x"), json!(1)]),
    ) {
        let (_, mut bundle) = built_from(HiType::DischargeSummary, STAY);
        let mut all = vec![];
        pointers(&bundle, "", &mut all);
        let pointer: &String = chosen.get(&all);
        *bundle.pointer_mut(pointer).unwrap() = other;
        prop_assert!(!render::text(&bundle).is_empty());
        prop_assert!(render::html(&bundle).ends_with("</html>\n"));
    }
}
