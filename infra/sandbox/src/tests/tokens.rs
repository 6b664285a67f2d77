//! Link tokens: demographics, limits, and what a link request must contain.

use std::time::Duration;

use serde_json::{Value, json};

use super::setting::{ADDRESS, FACILITY, NUMBER, Setting, demographics, link_body, patient, quick};
use crate::{LinkRefusals, Operation, SandboxOptions, TokenLimits};

const ON_TOKEN: &str = "/api/v3/hip/token/on-generate-token";
const ON_LINK: &str = "/api/v3/link/on_carecontext";

async fn error_of_token(setting: &Setting, body: Value) -> Value {
    setting.accepted(Operation::GenerateToken, body).await;
    let callback = setting.hip.next(ON_TOKEN).await;
    assert!(callback.body.get("linkToken").is_none());
    callback.body["error"]["code"].clone()
}

#[tokio::test]
async fn a_token_answers_the_request_that_asked() {
    let setting = Setting::new().await;
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    let request_id = caller.request_id();
    assert_eq!(caller.send().await, (202, Value::Null));
    let callback = setting.hip.next(ON_TOKEN).await;
    assert_eq!(callback.body["response"]["requestId"], request_id.as_str());
    assert_eq!(callback.body["abhaAddress"], ADDRESS);
    assert_eq!(callback.body.get("error"), Some(&Value::Null));
    assert_eq!(callback.headers["X-HIP-ID"], FACILITY);
}

#[tokio::test]
async fn other_demographics_and_unknown_people_get_an_error() {
    let setting = Setting::new().await;
    let mut other = demographics();
    other["yearOfBirth"] = json!(1986);
    assert_eq!(error_of_token(&setting, other).await, "ABDM-1207: ");
    let mut unknown = demographics();
    unknown["abhaAddress"] = json!("nobody.here@sbx");
    assert_eq!(error_of_token(&setting, unknown).await, "ABDM-1051: ");
    let mut spelled = demographics();
    spelled["name"] = json!("TARA  test");
    setting.accepted(Operation::GenerateToken, spelled).await;
    assert!(setting.hip.next(ON_TOKEN).await.body["linkToken"].is_string());
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn the_abha_number_of_a_token_request_is_a_number() {
    let setting = Setting::new().await;
    let mut body = demographics();
    body["abhaNumber"] = json!(NUMBER.to_string());
    let (status, answer) = setting.call(Operation::GenerateToken).body(body).send().await;
    assert_eq!(status, 400);
    assert!(answer["abhaNumber"].as_str().is_some_and(|text| text.contains("whole number")));
    assert_eq!(setting.rules().len(), 1);
}

#[tokio::test]
async fn the_fourth_token_of_a_day_blocks_the_person() {
    let limits = TokenLimits { per_day_max: Some(3), ..TokenLimits::default() };
    let setting = Setting::with(SandboxOptions { token_limits: limits, ..quick() }).await;
    for _ in 0..3 {
        setting.link_token().await;
    }
    for _ in 0..2 {
        assert_eq!(error_of_token(&setting, demographics()).await, "ABDM-1027: ");
    }
    // The block applies to the patient, so also at another facility.
    setting.sandbox.register_facility("IN0610000002", "Other");
    let caller = setting.call(Operation::GenerateToken).header("X-HIP-ID", "IN0610000002");
    assert_eq!(caller.body(demographics()).send().await.0, 202);
    assert_eq!(setting.hip.next(ON_TOKEN).await.body["error"]["code"], "ABDM-1027: ");
}

#[tokio::test]
async fn a_block_ends_when_its_time_is_over() {
    let limits = TokenLimits {
        per_day_max: Some(1),
        day: Duration::from_millis(300),
        block: Duration::from_millis(300),
        ..TokenLimits::default()
    };
    let setting = Setting::with(SandboxOptions { token_limits: limits, ..quick() }).await;
    setting.link_token().await;
    assert_eq!(error_of_token(&setting, demographics()).await, "ABDM-1027: ");
    tokio::time::sleep(Duration::from_millis(400)).await;
    setting.link_token().await;
}

#[tokio::test]
async fn a_second_token_within_the_window_is_a_duplicate() {
    let limits =
        TokenLimits { duplicate_window: Some(Duration::from_mins(6)), ..TokenLimits::default() };
    let setting = Setting::with(SandboxOptions { token_limits: limits, ..quick() }).await;
    setting.link_token().await;
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    let (status, answer) = caller.send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1092: ")));
}

async fn link(setting: &Setting, link_token: &str, body: Value) -> (u16, Value) {
    let caller = setting.call(Operation::LinkCareContext).header("X-LINK-TOKEN", link_token);
    caller.body(body).send().await
}

#[tokio::test]
async fn a_link_request_must_fit_its_token() {
    let setting = Setting::new().await;
    let token = setting.link_token().await;
    let mut address = link_body(&["V-1"]);
    address["abhaAddress"] = json!("other.person@sbx");
    let mut number = link_body(&["V-1"]);
    number["abhaNumber"] = json!(91_000_000_009_902_u64);
    let mut no_number = link_body(&["V-1"]);
    no_number.as_object_mut().expect("an object").remove("abhaNumber");
    let forged = format!("{}x", &token[..token.len() - 1]);
    for (token, body, code) in [
        (token.as_str(), address, "ABDM-1038: "),
        (&token, number, "ABDM-1062: "),
        (&token, no_number, "ABDM-1062: "),
        (&forged, link_body(&["V-1"]), "ABDM-1026: "),
        (&setting.bearer, link_body(&["V-1"]), "ABDM-1026: "),
    ] {
        let (status, answer) = link(&setting, token, body).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)));
    }
    setting.sandbox.register_facility("IN0610000002", "Other");
    let caller = setting.call(Operation::LinkCareContext).header("X-LINK-TOKEN", &token);
    let caller = caller.header("X-HIP-ID", "IN0610000002").body(link_body(&["V-1"]));
    let (status, answer) = caller.send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1063: ")));
    let caller = setting.call(Operation::LinkCareContext).body(link_body(&["V-1"]));
    assert_eq!(caller.send().await, (401, Value::Null));
    assert_eq!(setting.sandbox.phr().linked(ADDRESS), []);
}

#[tokio::test]
async fn a_token_that_does_not_fit_may_be_reported_in_the_callback() {
    let options = SandboxOptions { link_refusals: LinkRefusals::InCallback, ..quick() };
    let setting = Setting::with(options).await;
    assert_eq!(link(&setting, "a.b.c", link_body(&["V-1"])).await.0, 202);
    let callback = setting.hip.next(ON_LINK).await;
    assert_eq!(callback.body["error"]["code"], "ABDM-1026: ");
}

#[tokio::test]
async fn the_groups_of_a_link_request_are_checked() {
    let setting = Setting::new().await;
    let token = setting.link_token().await;
    let with = |patient: Value| {
        let mut body = link_body(&[]);
        body["patient"] = patient;
        body
    };
    let changed = |member: &str, value: Value| {
        let mut patient = patient(&["V-1"], "OPConsultation");
        patient[0][member] = value;
        with(patient)
    };
    let many: Vec<String> = (0..21).map(|index| format!("V-{index}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut plural = patient(&["V-1"], "OPConsultation");
    plural[0]["hiTypes"] = plural[0]["hiType"].take();
    for (body, code) in [
        (with(json!([])), "ABDM-9999"),
        (changed("count", json!(2)), "ABDM-1037"),
        (changed("count", json!(0)), "ABDM-1006"),
        (changed("hiType", json!("Unknown")), "ABDM-1006"),
        (changed("hiType", json!(["OPConsultation"])), "ABDM-1006"),
        (changed("display", json!("Fever & cough")), "ABDM-1006"),
        (changed("referenceNumber", json!("P#1")), "ABDM-1006"),
        (with(patient(&many, "OPConsultation")), "ABDM-1006"),
        (with(patient(&["V-1", "V-1"], "OPConsultation")), "ABDM-1057"),
        (with(plural), "ABDM-1006"),
    ] {
        let (status, answer) = link(&setting, &token, body).await;
        let error = answer.get("error").unwrap_or(&answer[0]["error"]);
        let given = error["code"].as_str().unwrap_or_default().trim_end_matches(": ");
        assert_eq!((status, given), (400, code), "{answer}");
    }
    assert_eq!(setting.rules().len(), 10);
    assert_eq!(setting.sandbox.phr().linked(ADDRESS), []);
}

#[tokio::test]
async fn a_link_is_made_once_and_its_news_are_acknowledged() {
    let setting = Setting::new().await;
    setting.link(&["V-1"]).await;
    let token = setting.link_token().await;
    assert_eq!(link(&setting, &token, link_body(&["V-1"])).await.0, 202);
    assert_eq!(setting.hip.next(ON_LINK).await.body["error"]["code"], "ABDM-1056: ");
    assert_eq!(setting.sandbox.phr().linked(ADDRESS).len(), 1);

    let notify = |reference: &str| {
        json!({"notification": {
            "patient": {"id": ADDRESS},
            "careContext": {"patientReference": "P-1", "careContextReference": reference},
            "hiTypes": ["DiagnosticReport"],
            "date": "2026-09-14T06:10:00.000Z",
            "hip": {"id": FACILITY, "name": "PHC Test", "type": "HIP"},
        }})
    };
    for (reference, status) in [("V-1", "SUCCESS"), ("V-9", "ERRORED")] {
        setting.accepted(Operation::ContextNotify, notify(reference)).await;
        let callback = setting.hip.next("/api/v3/links/context/on-notify").await;
        assert_eq!(callback.body["acknowledgement"]["status"], status);
    }
    let linked = setting.sandbox.phr().linked(ADDRESS);
    let hi_types: Vec<&str> = linked.iter().map(|context| context.hi_type.as_str()).collect();
    assert_eq!(hi_types, ["OPConsultation", "DiagnosticReport"]);
    assert_eq!(setting.rules(), Vec::<String>::new());
}
