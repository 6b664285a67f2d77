//! Discovery, user-initiated linking and consents, with a fake HIP that answers.

use serde_json::{Value, json};

use super::fake_hip::RecordedRequest;
use super::setting::{ADDRESS, FACILITY, Setting, holder, patient, quick};
use crate::{
    Artefact, ConsentRequest, ConsentStatus, DiscoverRequest, FlowError, Grant, Operation,
    SandboxOptions,
};

fn request_id(callback: &RecordedRequest) -> Value {
    json!({"requestId": callback.headers["REQUEST-ID"]})
}

#[tokio::test]
async fn a_patient_discovers_and_links() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let request = DiscoverRequest::new(FACILITY, &holder()).with_medical_record_number("P-1");
    let asking = tokio::spawn({
        let phr = phr.clone();
        async move { phr.discover(request).await }
    });
    let callback = setting.hip.next("/api/v3/hip/patient/care-context/discover").await;
    let asked = &callback.body["patient"];
    assert_eq!(asked["id"], ADDRESS);
    assert_eq!(asked["verifiedIdentifiers"][0], json!({"type": "MOBILE", "value": "9800009901"}));
    assert_eq!(asked["unverifiedIdentifiers"], json!([{"type": "MR", "value": "P-1"}]));
    let transaction = &callback.body["transactionId"];
    let offer = json!({
        "transactionId": transaction, "patient": patient(&["V-1", "V-2"], "Prescription"),
        "matchedBy": ["MOBILE", "MR"], "response": request_id(&callback),
    });
    setting.accepted(Operation::OnDiscover, offer).await;
    let discovery = asking.await.expect("no panic").expect("an answer");
    let offer = discovery.answer.clone().expect("an offer");
    assert_eq!(offer.care_contexts.len(), 2);
    assert_eq!(phr.linked(ADDRESS), []);

    let chosen = offer.care_contexts[..1].to_vec();
    let asking = tokio::spawn({
        let phr = phr.clone();
        async move { phr.link_init(&discovery, &chosen).await }
    });
    let callback = setting.hip.next("/api/v3/hip/link/care-context/init").await;
    let chosen = &callback.body["patient"];
    assert_eq!(chosen[0]["count"], 1);
    let link = json!({
        "transactionId": callback.body["transactionId"],
        "link": {"referenceNumber": "L-1", "authenticationType": "DIRECT", "meta": {
            "communicationMedium": "MOBILE", "communicationHint": "******9901",
            "communicationExpiry": "2099-09-14T06:40:00.000Z",
        }},
        "response": request_id(&callback),
    });
    setting.accepted(Operation::OnInit, link).await;
    let reference = asking.await.expect("no panic").expect("a reference");

    let wrong = tokio::spawn({
        let (phr, reference) = (phr.clone(), reference.clone());
        async move { phr.link_confirm(&reference, "000000").await }
    });
    let callback = setting.hip.next("/api/v3/hip/link/care-context/confirm").await;
    let error = json!({
        "error": {"code": "ABDM-1035", "message": "Incorrect OTP"},
        "response": request_id(&callback),
    });
    setting.accepted(Operation::OnConfirm, error).await;
    assert!(matches!(wrong.await, Ok(Err(FlowError::Refused(e))) if e.code == "ABDM-1035"));

    let right = tokio::spawn({
        let phr = phr.clone();
        async move { phr.link_confirm(&reference, "482913").await }
    });
    let callback = setting.hip.next("/api/v3/hip/link/care-context/confirm").await;
    assert_eq!(callback.body["confirmation"], json!({"token": "482913", "linkRefNumber": "L-1"}));
    let too_many = json!({
        "patient": patient(&["V-1", "V-2"], "Prescription"), "response": request_id(&callback),
    });
    let (status, _) = setting.call(Operation::OnConfirm).body(too_many).send().await;
    assert_eq!(status, 400);
    setting.sandbox.forgive();
    let exact = json!({"patient": chosen, "response": request_id(&callback)});
    setting.accepted(Operation::OnConfirm, exact).await;
    assert_eq!(right.await.expect("no panic").map(|linked| linked.len()), Ok(1));
    assert_eq!(phr.linked(ADDRESS).len(), 1);
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_hip_that_finds_nobody_says_so() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let request = DiscoverRequest::new(FACILITY, &holder());
    let asking = tokio::spawn(async move { phr.discover(request).await });
    let callback = setting.hip.next("/api/v3/hip/patient/care-context/discover").await;
    let body = json!({
        "transactionId": callback.body["transactionId"],
        "error": {"code": "ABDM-1010: ", "message": "Patient not found"},
        "response": request_id(&callback),
    });
    let again = setting.call(Operation::OnDiscover).body(body.clone());
    setting.accepted(Operation::OnDiscover, body).await;
    let discovery = asking.await.expect("no panic").expect("an answer");
    assert_eq!(discovery.answer.expect_err("nobody").code, "ABDM-1010");
    assert_eq!(setting.rules(), Vec::<String>::new());
    let (status, answer) = again.send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1106: ")));
    assert_eq!(setting.rules().len(), 1);
}

#[tokio::test]
async fn silence_is_a_failure() {
    let patience = std::time::Duration::from_millis(50);
    let setting = Setting::with(SandboxOptions { patience, ..quick() }).await;
    let request = DiscoverRequest::new(FACILITY, &holder());
    let outcome = setting.sandbox.phr().discover(request).await;
    let missing = Operation::OnDiscover;
    assert_eq!(outcome, Err(FlowError::Silence { missing, waited: patience }));
}

/// Answers the next consent notification with OK, and returns it.
async fn acknowledge(setting: &Setting) -> Value {
    let callback = setting.hip.next("/api/v3/consent/request/hip/notify").await;
    let ok = json!({
        "acknowledgement": {
            "status": "OK", "consentId": callback.body["notification"]["consentId"],
        },
        "response": request_id(&callback),
    });
    setting.accepted(Operation::ConsentOnNotify, ok).await;
    callback.body["notification"].clone()
}

#[tokio::test]
async fn a_consent_is_granted_expires_and_is_revoked() {
    let setting = Setting::new().await;
    setting.link(&["V-1", "V-2"]).await;
    let phr = setting.sandbox.phr();
    let wish = setting.sandbox.hiu().request_consent(ConsentRequest::new(ADDRESS, FACILITY));
    let (consent, notice) = tokio::join!(phr.grant(&wish, Grant::default()), acknowledge(&setting));
    let consent = consent.expect("a consent");
    assert_eq!(notice["status"], "GRANTED");
    assert_eq!(notice["consentId"], consent.as_str());
    assert_eq!(notice["consentDetail"]["careContexts"].as_array().map(Vec::len), Some(2));
    assert!(notice["signature"].is_string());

    let (done, notice) = tokio::join!(phr.expire(&consent), acknowledge(&setting));
    assert_eq!((done, &notice["status"]), (Ok(()), &json!("EXPIRED")));
    assert_eq!(notice.as_object().map(serde_json::Map::len), Some(2));
    let (done, notice) = tokio::join!(phr.revoke(&consent), acknowledge(&setting));
    assert_eq!((done, &notice["status"]), (Ok(()), &json!("REVOKED")));
    assert!(notice["consentDetail"].is_object());
    let early = crate::run::clock::now() - chrono::TimeDelta::minutes(5);
    let status = ConsentStatus::Granted;
    let overtaken = phr.notify_dated(&consent, status, Artefact::Whole, early);
    assert_eq!(tokio::join!(overtaken, acknowledge(&setting)).0, Ok(()));
    let entries = setting.sandbox.journal().snapshot();
    let timestamps = entries.iter().filter_map(|entry| entry.header("TIMESTAMP"));
    assert!(timestamps.into_iter().any(|at| at == crate::run::clock::wire(early)));
    let denied = phr.notify(&consent, ConsentStatus::Denied, Artefact::Null);
    let (done, notice) = tokio::join!(denied, acknowledge(&setting));
    assert_eq!((done, &notice["consentDetail"]), (Ok(()), &Value::Null));
    assert_eq!(setting.rules(), Vec::<String>::new());
    assert_eq!(phr.revoke("nothing").await, Err(FlowError::Unknown("nothing".into())));
}
