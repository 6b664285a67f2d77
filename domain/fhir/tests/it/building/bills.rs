//! Invoices.

use abdm_fhir::HiType;
use serde_json::json;

use crate::{STAY, all, built_from, changed, urn};

#[test]
fn amounts_are_told_as_they_were_sent() {
    let (document, bundle) = built_from(HiType::Invoice, STAY);
    assert!(document.json.contains(r#""totalNet":{"value":1011.70,"currency":"INR"}"#));
    let invoice = all(&bundle, "Invoice")[0];
    let components = invoice["lineItem"][0]["priceComponent"].as_array().unwrap();
    let told: Vec<_> = components
        .iter()
        .map(|one| {
            let code = one["code"]["coding"][0]["display"].as_str().unwrap();
            (one["type"].as_str().unwrap(), code, one["amount"]["value"].as_f64().unwrap())
        })
        .collect();
    assert_eq!(
        told,
        [
            ("base", "Rate", 1.20),
            ("informational", "MRP", 1.50),
            ("discount", "Discount", 0.30),
            ("tax", "CGST", 0.70),
            ("tax", "SGST", 0.70),
        ]
    );
}

#[test]
fn each_line_is_charged_for_something() {
    let (_, bundle) = built_from(HiType::Invoice, STAY);
    let invoice = all(&bundle, "Invoice")[0];
    let charges = all(&bundle, "ChargeItem");
    assert_eq!(charges.len(), 2);
    assert_eq!(invoice["lineItem"][1]["chargeItemReference"]["reference"], urn(charges[1]));
    assert_eq!(invoice["lineItem"][1]["sequence"], 2);
    assert_eq!(charges[0]["productCodeableConcept"], json!({ "text": "Example 650" }));
    assert_eq!(charges[0]["quantity"], json!({ "value": 10, "unit": "tablet" }));
    assert_eq!(charges[0]["code"]["coding"][0]["display"], "Medicines");
    assert_eq!(charges[1]["productCodeableConcept"], json!({ "text": "Bed" }));
}

#[test]
fn a_bill_for_nothing_in_particular_is_for_others() {
    let visit = changed(STAY, |visit| {
        visit["invoice"].as_object_mut().unwrap().remove("type");
    });
    let (_, bundle) = built_from(HiType::Invoice, &visit);
    assert_eq!(all(&bundle, "Invoice")[0]["type"]["coding"][0]["code"], "99");
    let composition = &bundle["entry"][0]["resource"];
    assert_eq!(composition["type"], json!({ "text": "Invoice Record" }));
}
