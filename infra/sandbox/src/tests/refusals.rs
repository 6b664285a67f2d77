//! Invalid headers, repeats and invalid bodies, which every operation refuses.

use serde_json::{Value, json};

use super::setting::{ADDRESS, FACILITY, Setting, demographics};
use crate::{DiscoverRequest, HealthInformationRequest, KeyFormat, Operation};

#[tokio::test]
async fn every_header_is_wanted_and_checked() {
    let setting = Setting::new().await;
    let call = || setting.call(Operation::GenerateToken).body(demographics());
    for (caller, status, code) in [
        (call().without("Authorization"), 401, "900902"),
        (call().header("Authorization", "Basic abc"), 401, "900901"),
        (call().without("REQUEST-ID"), 400, "ABDM-2404: "),
        (call().header("REQUEST-ID", "17"), 400, "ABDM-2404: "),
        (call().header("TIMESTAMP", "2026-09-14T06:30:00Z"), 400, "ABDM-2402: "),
        (call().header("X-CM-ID", "abdm"), 400, "ABDM-2403: "),
        (call().without("X-HIP-ID"), 400, "ABDM-1035: "),
        (call().header("X-HIP-ID", "IN9999999999"), 400, "ABDM-1035: "),
        (call().header("Content-Type", "text/plain"), 400, "ABDM-1032: "),
    ] {
        let (given, answer) = caller.send().await;
        let error = answer.get("error").unwrap_or(&answer);
        assert_eq!((given, &error["code"]), (status, &json!(code)));
    }
    assert_eq!(setting.rules().len(), 9);
    let (status, _) = setting.call(Operation::GenerateToken).text("{").send().await;
    assert_eq!(status, 400);
    let url = format!("{}/v3/unheard-of", setting.sandbox.gateway_url());
    assert_eq!(setting.http.post(url).send().await.expect("an answer").status(), 404);
    assert_eq!(setting.rules().len(), 11);
}

#[tokio::test]
async fn a_repeated_request_id_has_no_second_effect() {
    let setting = Setting::new().await;
    let id = "0b6f0000-0000-4000-8000-000000000001";
    let call = || setting.call(Operation::GenerateToken).header("REQUEST-ID", id);
    assert_eq!(call().body(demographics()).send().await.0, 202);
    let (status, answer) = call().body(demographics()).send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1092: ")));
    let duplicates = |setting: &Setting| {
        let entries = setting.sandbox.journal().snapshot();
        entries.iter().filter(|entry| entry.duplicate).count()
    };
    assert_eq!(duplicates(&setting), 1);
    assert_eq!(setting.rules(), Vec::<String>::new());

    let mut other = demographics();
    other["name"] = json!("Tara");
    assert_eq!(call().body(other).send().await.0, 400);
    assert_eq!(setting.rules(), ["REQUEST-ID was used before with another body"]);
    setting.hip.next("/api/v3/hip/token/on-generate-token").await;
    assert_eq!(setting.hip.count("/api/v3/hip/token/on-generate-token"), 1);

    // The same id with another operation is another call. A refused call may be repeated.
    let sms = json!({"notification": {
        "phoneNo": "919800009901", "hip": {"id": FACILITY, "name": "PHC Test"},
    }});
    let call = || setting.call(Operation::SmsNotify).header("REQUEST-ID", id);
    assert_eq!(call().body(json!({})).send().await.0, 400);
    assert_eq!(call().body(sms.clone()).send().await.0, 202);
    let (_, answer) = call().body(sms).send().await;
    assert_eq!(answer["error"]["code"], "ABDM-1064: ");
}

/// Sends a discovery, answers it with `answer(transaction, request id)`, and returns status and body.
async fn on_discover(setting: &Setting, answer: fn(&str, &str) -> Value) -> (u16, Value) {
    let request = DiscoverRequest::new(FACILITY, &super::setting::holder());
    let phr = setting.sandbox.phr();
    tokio::spawn(async move { phr.discover(request).await });
    let callback = setting.hip.next("/api/v3/hip/patient/care-context/discover").await;
    let transaction = callback.body["transactionId"].as_str().expect("a transaction");
    let body = answer(transaction, &callback.headers["REQUEST-ID"]);
    setting.call(Operation::OnDiscover).body(body).send().await
}

#[tokio::test]
async fn an_on_discover_is_either_a_success_or_a_failure() {
    let setting = Setting::new().await;
    let null_error = |transaction: &str, request: &str| {
        json!({
            "transactionId": transaction, "patient": super::setting::patient(&["V-1"], "Invoice"),
            "matchedBy": ["MOBILE"], "error": null, "response": {"requestId": request},
        })
    };
    let both = |transaction: &str, request: &str| {
        json!({
            "transactionId": transaction, "patient": [], "matchedBy": [],
            "error": {"code": "ABDM-1010", "message": "Patient not found"},
            "response": {"requestId": request},
        })
    };
    let nobody = |transaction: &str, request: &str| {
        json!({
            "transactionId": transaction, "patient": [], "matchedBy": ["MOBILE"],
            "response": {"requestId": request},
        })
    };
    let other_enum = |transaction: &str, request: &str| {
        json!({
            "transactionId": transaction, "patient": super::setting::patient(&["V-1"], "Invoice"),
            "matchedBy": ["NAME"], "response": {"requestId": request},
        })
    };
    for answer in [null_error, both, nobody, other_enum] {
        let (status, body) = on_discover(&setting, answer).await;
        assert_eq!((status, &body["error"]["code"]), (400, &json!("ABDM-1109: ")));
    }
    let stranger = |_: &str, request: &str| {
        json!({
            "transactionId": "b7a0c1de-0000-4000-8000-000000000014",
            "error": {"code": "ABDM-1010", "message": "Patient not found"},
            "response": {"requestId": request},
        })
    };
    let (status, body) = on_discover(&setting, stranger).await;
    assert_eq!((status, &body["error"]["code"]), (400, &json!("ABDM-1052: ")));
    assert_eq!(setting.rules().len(), 5);
}

#[tokio::test]
async fn a_match_on_unverified_identifiers_alone_is_a_breach() {
    let setting = Setting::new().await;
    let (status, _) = on_discover(&setting, |transaction, request| {
        json!({
            "transactionId": transaction, "patient": super::setting::patient(&["V-1"], "Invoice"),
            "matchedBy": ["MR"], "response": {"requestId": request},
        })
    })
    .await;
    assert_eq!(status, 202);
    assert_eq!(setting.rules(), ["a match must not rest on unverified identifiers alone"]);
}

#[tokio::test]
async fn answers_to_nothing_are_refused_in_the_shape_of_their_operation() {
    let setting = Setting::new().await;
    let response = json!({"requestId": "0b6f0000-0000-4000-8000-0000000000ff"});
    let id = "e2c40000-0000-4000-8000-000000000001";
    let consent =
        json!({"acknowledgement": {"status": "OK", "consentId": id}, "response": response});
    let (status, answer) = setting.call(Operation::ConsentOnNotify).body(consent).send().await;
    assert_eq!((status, &answer[0]["error"]["code"]), (400, &json!("ABDM-1052")));
    let request = json!({
        "hiRequest": {"transactionId": id, "sessionStatus": "ACKNOWLEDGED"}, "response": response,
    });
    let (status, answer) = setting.call(Operation::OnRequest).body(request).send().await;
    assert_eq!((status, &answer["code"]), (400, &json!("ABDM-1031")));
    let lower_case =
        json!({"acknowledgement": {"status": "ok", "consentId": id}, "response": response});
    let (status, answer) = setting.call(Operation::ConsentOnNotify).body(lower_case).send().await;
    assert_eq!((status, answer.is_array()), (400, true));
    assert_eq!(setting.rules().len(), 3);
}

#[tokio::test]
async fn a_data_flow_notify_lists_each_care_context_once_and_comes_once() {
    let setting = Setting::new().await;
    setting.link(&["V-1", "V-2"]).await;
    let wish = crate::ConsentRequest::new(ADDRESS, FACILITY);
    let wish = setting.sandbox.hiu().request_consent(wish);
    let consent = setting.sandbox.phr().sign(&wish, crate::Grant::default()).expect("a wish");
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = setting.sandbox.hiu().ask(request);
    let callback = setting.hip.next("/api/v3/hip/health-information/request").await;
    let refusal = json!({
        "error": {"code": "ABDM-1061", "message": "Consent artefact expired"},
        "response": {"requestId": callback.headers["REQUEST-ID"]},
    });
    setting.accepted(Operation::OnRequest, refusal).await;
    assert!(setting.sandbox.hiu().acknowledged(&transaction).await.is_err());

    let notify = |references: &[&str], hi_status: &str| {
        let responses: Vec<Value> = references
            .iter()
            .map(|reference| json!({"careContextReference": reference, "hiStatus": hi_status}))
            .collect();
        json!({"notification": {
            "consentId": consent, "transactionId": transaction,
            "doneAt": "2026-09-14T07:20:00.000Z",
            "notifier": {"type": "HIP", "id": FACILITY},
            "statusNotification": {
                "sessionStatus": "FAILED", "hipId": FACILITY, "statusResponses": responses,
            },
        }})
    };
    for (body, code) in [
        (notify(&["V-1"], "ERRORED"), "ABDM-1057: "),
        (notify(&["V-1", "V-1"], "ERRORED"), "ABDM-1057: "),
        (notify(&["V-1", "V-2"], "OK"), "ABDM-1006: "),
    ] {
        let (status, answer) = setting.call(Operation::DataFlowNotify).body(body).send().await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(code)));
    }
    assert_eq!(setting.rules().len(), 3);
    setting.sandbox.forgive();
    setting.accepted(Operation::DataFlowNotify, notify(&["V-1", "V-2"], "ERRORED")).await;
    assert_eq!(setting.rules(), Vec::<String>::new());
    let second = notify(&["V-1", "V-2"], "ERRORED");
    let (status, answer) = setting.call(Operation::DataFlowNotify).body(second).send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1113: ")));
    let delivery = setting.sandbox.hiu().received(&transaction).expect("a transaction");
    assert_eq!(delivery.session_status.as_deref(), Some("FAILED"));
}
