//! Documents that can be decrypted, but do not match the consent or the request.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::push::{Transfer, document};
use super::setting::{ADDRESS, FACILITY, Setting};
use crate::run::clock;
use crate::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat, Operation};

fn days_ago(days: i64) -> DateTime<Utc> {
    clock::now() - TimeDelta::days(days)
}

/// A transfer with a consent for consultations and invoices of the last 30 days, and a request for the
/// last 10 days.
async fn transfer(setting: &Setting) -> Transfer {
    setting.link(&["V-1"]).await;
    let hiu = setting.sandbox.hiu();
    let wish = hiu.request_consent(ConsentRequest::new(ADDRESS, FACILITY));
    let grant = Grant {
        hi_types: Some(vec!["OPConsultation".to_owned(), "Invoice".to_owned()]),
        date_range: Some((days_ago(30), clock::now())),
        ..Grant::default()
    };
    let consent = setting.sandbox.phr().sign(&wish, grant).expect("a wish");
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::XRaw);
    request.date_range = Some((days_ago(10), clock::now()));
    Transfer::answer(setting, request).await
}

async fn rules(setting: &Setting, transfer: &Transfer, number: i64, bundle: &Value) -> Vec<String> {
    setting.sandbox.forgive();
    let page = transfer.page(number, 99, "V-1", &bundle.to_string());
    setting.accepted(Operation::Push, page).await;
    setting.rules()
}

#[tokio::test]
async fn a_document_must_be_what_was_granted_and_asked() {
    let setting = Setting::new().await;
    let transfer = transfer(&setting).await;
    let consultation = |days| document("371530004", days_ago(days));
    let mut invoice = consultation(1);
    invoice["entry"][0]["resource"]["type"] = json!({"text": "Invoice Record"});
    let mut untyped = consultation(1);
    untyped["entry"][0]["resource"]["type"] = json!({"text": "Something"});
    let mut undated = consultation(1);
    undated["entry"][0]["resource"]["date"] = Value::Null;
    let mut by_encounter = undated.clone();
    let period = json!({"start": days_ago(2).date_naive().to_string()});
    let encounter = json!({"resource": {"resourceType": "Encounter", "period": period}});
    by_encounter["entry"].as_array_mut().expect("entries").push(encounter);
    let mut collection = consultation(1);
    collection["type"] = json!("collection");
    let mut headless = consultation(1);
    headless["entry"].as_array_mut().expect("entries").remove(0);
    let asked = "the record dates outside the range that was asked";
    let granted = "the record dates outside the consent's range";
    for (number, (bundle, expected)) in (1..).zip([
        (consultation(1), vec![]),
        (invoice, vec![]),
        (by_encounter, vec![]),
        (document("440545006", days_ago(1)), vec!["Prescription was not granted"]),
        (document("721981007", days_ago(1)), vec!["DiagnosticReport was not granted"]),
        (untyped, vec!["Composition.type names no hi type"]),
        (undated, vec!["neither the Composition nor the Encounter has a date"]),
        (consultation(20), vec![asked]),
        (consultation(40), vec![granted, asked]),
        (collection, vec!["the bundle is no document"]),
        (headless, vec!["the first entry of the bundle is no Composition"]),
    ]) {
        assert_eq!(rules(&setting, &transfer, number, &bundle).await, expected);
    }
}

#[tokio::test]
async fn a_document_must_be_about_the_patient_of_the_consent() {
    let setting = Setting::new().await;
    let transfer = transfer(&setting).await;
    let about = |identifier: Value| {
        let mut bundle = document("371530004", days_ago(1));
        bundle["entry"][1]["resource"]["identifier"] = identifier;
        bundle
    };
    let number = |value: &str| json!([{"system": "https://healthid.ndhm.gov.in", "value": value}]);
    let mut second = about(json!([]));
    let copy = second["entry"][1].clone();
    second["entry"].as_array_mut().expect("entries").push(copy);
    let mut nobody = about(json!([]));
    nobody["entry"][0]["resource"]["subject"] = json!({"display": "Tara"});
    let other = "the Patient is known under another ABHA than the consent's";
    for (page, (bundle, expected)) in (1..).zip([
        (about(json!([{"value": "274100007919"}])), vec![]),
        (about(number("91-0000-0000-9901")), vec![]),
        (about(number("91-0000-0000-9902")), vec![other]),
        (about(json!([{"value": "other.person@sbx"}])), vec![other]),
        (second, vec!["a document must carry exactly one Patient"]),
        (nobody, vec!["Composition.subject is not the Patient of the bundle"]),
    ]) {
        assert_eq!(rules(&setting, &transfer, page, &bundle).await, expected);
    }
}
