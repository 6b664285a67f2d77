//! Questions and answers in v0.5.

use serde_json::{Value, json};

use super::fake_hip::RecordedRequest;
use super::setting::{ADDRESS, FACILITY, Setting, holder};
use crate::{
    ApiVersion, ConsentRequest, DiscoverRequest, Discovery, Grant, HealthInformationRequest,
    KeyFormat, Operation,
};

const CONSENT: &str = "/v0.5/consents/hip/notify";

fn resp(callback: &RecordedRequest) -> Value {
    json!({"requestId": callback.body["requestId"]})
}

async fn accepted(setting: &Setting, operation: Operation, body: Value) {
    let (status, answer) = setting.call_v05(operation, body).send().await;
    assert_eq!((status, answer), (202, Value::Null), "{operation:?}");
}

fn patient(references: &[&str]) -> Value {
    let contexts: Vec<Value> = references
        .iter()
        .map(|reference| json!({"referenceNumber": reference, "display": "Visit"}))
        .collect();
    json!({"referenceNumber": "P-1", "display": "Tara Test", "careContexts": contexts})
}

/// Discovers two care contexts in v0.5.
async fn discover(setting: &Setting) -> Discovery {
    let mut request = DiscoverRequest::new(FACILITY, &holder());
    request.version = ApiVersion::V05;
    let phr = setting.sandbox.phr();
    let (discovery, ()) = tokio::join!(phr.discover(request), async {
        let callback = setting.hip.next("/v0.5/care-contexts/discover").await;
        assert!(!callback.headers.contains_key("REQUEST-ID"));
        let mut patient = patient(&["V-1", "V-2"]);
        patient["matchedBy"] = json!(["MOBILE"]);
        let offer = json!({
            "transactionId": callback.body["transactionId"], "patient": patient,
            "resp": resp(&callback),
        });
        accepted(setting, Operation::OnDiscover, offer).await;
    });
    discovery.expect("an answer")
}

#[tokio::test]
async fn a_patient_discovers_and_links_in_v05() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let discovery = discover(&setting).await;
    let offer = discovery.answer.clone().expect("an offer");
    assert_eq!((offer.care_contexts.len(), offer.matched_by), (2, vec!["MOBILE".to_owned()]));
    assert_eq!(offer.care_contexts[0].hi_type, "");

    let (reference, ()) = tokio::join!(
        phr.link_init(&discovery, &offer.care_contexts[..1]),
        async {
            let callback = setting.hip.next("/v0.5/links/link/init").await;
            let asked = json!({
                "id": ADDRESS, "referenceNumber": "P-1", "careContexts": [{"referenceNumber": "V-1"}],
            });
            assert_eq!(callback.body["patient"], asked);
            let link = json!({
                "transactionId": callback.body["transactionId"],
                "link": {"referenceNumber": "L-1", "authenticationType": "DIRECT", "meta": {
                    "communicationMedium": "MOBILE", "communicationHint": "******9901",
                    "communicationExpiry": "2099-09-14T06:40:00.000Z",
                }},
                "resp": resp(&callback),
            });
            accepted(&setting, Operation::OnInit, link).await;
        }
    );
    let reference = reference.expect("a reference");
    let (linked, ()) = tokio::join!(phr.link_confirm(&reference, 482_913), async {
        let callback = setting.hip.next("/v0.5/links/link/confirm").await;
        assert_eq!(callback.body["confirmation"]["token"], 482_913);
        let body = json!({"patient": patient(&["V-1"]), "resp": resp(&callback)});
        accepted(&setting, Operation::OnConfirm, body).await;
    });
    assert_eq!(linked.map(|linked| linked.len()), Ok(1));
    assert_eq!(phr.linked(ADDRESS).len(), 1);
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn consent_and_data_are_asked_in_v05() {
    let setting = Setting::new().await;
    setting.link(&["V-1"]).await;
    let (phr, hiu) = (setting.sandbox.phr(), setting.sandbox.hiu());
    let mut wish = ConsentRequest::new(ADDRESS, FACILITY);
    wish.version = ApiVersion::V05;
    let wish = hiu.request_consent(wish);
    let (consent, ()) = tokio::join!(phr.grant(&wish, Grant::default()), async {
        let callback = setting.hip.next(CONSENT).await;
        let id = callback.body["notification"]["consentId"].clone();
        let ok = json!({
            "acknowledgement": {"status": "OK", "consentId": id}, "resp": resp(&callback),
        });
        accepted(&setting, Operation::ConsentOnNotify, ok).await;
    });
    let consent = consent.expect("a consent");
    let mut request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    request.version = ApiVersion::V05;
    let transaction = hiu.ask(request);
    let callback = setting.hip.next("/v0.5/health-information/hip/request").await;
    let refusal = json!({
        "hiRequest": {"transactionId": transaction, "sessionStatus": "ERRORED"},
        "error": {"code": "ABDM-1001", "message": "No data found"}, "resp": resp(&callback),
    });
    accepted(&setting, Operation::OnRequest, refusal).await;
    let report = json!({"notification": {
        "consentId": consent, "transactionId": transaction, "doneAt": "2026-09-14T07:20:00.000Z",
        "notifier": {"type": "HIP", "id": FACILITY},
        "statusNotification": {
            "sessionStatus": "FAILED", "hipId": FACILITY,
            "statusResponses": [{"careContextReference": "V-1", "hiStatus": "ERRORED"}],
        },
    }});
    accepted(&setting, Operation::DataFlowNotify, report).await;
    let delivery = hiu.received(&transaction).expect("a transaction");
    assert_eq!(delivery.session_status.as_deref(), Some("FAILED"));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_in_the_other_version_is_a_breach() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let mut old = DiscoverRequest::new(FACILITY, &holder());
    old.version = ApiVersion::V05;
    for request in [old, DiscoverRequest::new(FACILITY, &holder())] {
        let version = request.version;
        let path = version
            .pick("/api/v3/hip/patient/care-context/discover", "/v0.5/care-contexts/discover");
        let (discovery, ()) = tokio::join!(phr.discover(request), async {
            let callback = setting.hip.next(path).await;
            let error = json!({"code": "ABDM-1010", "message": "Patient not found"});
            let transaction = &callback.body["transactionId"];
            let (status, _) = match version {
                ApiVersion::V05 => {
                    let body = json!({
                        "transactionId": transaction, "error": error, "response": resp(&callback),
                    });
                    setting.call(Operation::OnDiscover).body(body).send().await
                }
                ApiVersion::V3 => {
                    let id = &callback.headers["REQUEST-ID"];
                    let body = json!({
                        "transactionId": transaction, "error": error, "resp": {"requestId": id},
                    });
                    setting.call_v05(Operation::OnDiscover, body).send().await
                }
            };
            assert_eq!(status, 202);
        });
        assert!(discovery.expect("an answer").answer.is_err());
    }
    let rules = ["a question of v0.5 was answered in v3", "a question of v3 was answered in v0.5"];
    assert_eq!(setting.rules(), rules);
}

#[tokio::test]
async fn the_body_of_v05_is_checked_as_strictly() {
    let setting = Setting::new().await;
    let error = json!({"code": "ABDM-1010", "message": "Patient not found"});
    let id = "0b6f0000-0000-4000-8000-000000000001";
    let good = json!({"transactionId": id, "error": error, "resp": {"requestId": id}});
    let changed = |member: &str, value: Value| {
        let mut body = good.clone();
        body[member] = value;
        body
    };
    for body in [
        changed("response", json!({"requestId": id})),
        changed("error", Value::Null),
        changed("patient", json!([])),
        good.clone(),
    ] {
        let (status, _) = setting.call_v05(Operation::OnDiscover, body).send().await;
        assert_eq!(status, 400);
    }
    let caller = setting.call_v05(Operation::OnDiscover, good.clone()).header("REQUEST-ID", id);
    assert_eq!(caller.send().await.0, 400);
    let rules = setting.rules();
    assert_eq!(rules.len(), 6);
    assert_eq!(rules[0], "response is not known here");
    assert!(rules.contains(&"REQUEST-ID is not the requestId of the body".to_owned()), "{rules:?}");
}
