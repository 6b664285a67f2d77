//! Answers that match their schema but violate the contract.

use std::time::Duration;

use serde_json::{Value, json};

use super::setting::{ADDRESS, FACILITY, Setting, holder, patient, quick};
use crate::{
    CareContext, ConsentRequest, Deadlines, DiscoverRequest, Discovery, Grant,
    HealthInformationRequest, KeyFormat, LinkReference, Operation, SandboxOptions,
};

async fn discover(setting: &Setting, references: &[&str]) -> Discovery {
    let phr = setting.sandbox.phr();
    let (discovery, ()) =
        tokio::join!(phr.discover(DiscoverRequest::new(FACILITY, &holder())), async {
            let callback = setting.hip.next("/api/v3/hip/patient/care-context/discover").await;
            let offer = json!({
                "transactionId": callback.body["transactionId"],
                "patient": patient(references, "Prescription"), "matchedBy": ["MOBILE"],
                "response": {"requestId": callback.headers["REQUEST-ID"]},
            });
            setting.accepted(Operation::OnDiscover, offer).await;
        });
    discovery.expect("an answer")
}

/// Sends a link init and answers it with a valid on-init in which `change` replaces one member.
///
/// Returns the status of that on-init. If it is refused, the unchanged one follows. Also returns the link reference.
async fn init(
    setting: &Setting,
    discovery: &Discovery,
    change: (&str, &str),
) -> (u16, LinkReference) {
    let phr = setting.sandbox.phr();
    let chosen: Vec<CareContext> = discovery.answer.clone().expect("an offer").care_contexts;
    let answer = async {
        let callback = setting.hip.next("/api/v3/hip/link/care-context/init").await;
        let good = json!({
            "transactionId": callback.body["transactionId"],
            "link": {"referenceNumber": "L-1", "authenticationType": "DIRECT", "meta": {
                "communicationMedium": "MOBILE", "communicationHint": "******9901",
                "communicationExpiry": "2099-09-14T06:40:00.000Z",
            }},
            "response": {"requestId": callback.headers["REQUEST-ID"]},
        });
        let mut body = good.clone();
        *body.pointer_mut(change.0).expect("a member") = json!(change.1);
        let (status, _) = setting.call(Operation::OnInit).body(body).send().await;
        if status != 202 {
            setting.accepted(Operation::OnInit, good).await;
        }
        status
    };
    let (reference, status) = tokio::join!(phr.link_init(discovery, &chosen), answer);
    (status, reference.expect("a reference"))
}

#[tokio::test]
async fn an_on_init_is_direct_by_mobile_masked_and_good_for_a_while() {
    let setting = Setting::new().await;
    let discovery = discover(&setting, &["V-1"]).await;
    for (pointer, value, status) in [
        ("/link/authenticationType", "MEDIATE", 400),
        ("/link/meta/communicationMedium", "EMAIL", 400),
        ("/link/meta/communicationHint", "9800009901", 400),
        ("/link/meta/communicationHint", "OTP 482913", 400),
        ("/link/meta/communicationExpiry", "2020-09-14T06:40:00.000Z", 202),
    ] {
        setting.sandbox.forgive();
        assert_eq!(init(&setting, &discovery, (pointer, value)).await.0, status, "{value}");
        assert_eq!(setting.rules().len(), 1, "{value}");
    }
}

#[tokio::test]
async fn an_on_confirm_has_one_group_for_each_hi_type() {
    let setting = Setting::new().await;
    let discovery = discover(&setting, &["V-1", "V-2"]).await;
    let (_, reference) = init(&setting, &discovery, ("/link/referenceNumber", "L-2")).await;
    let phr = setting.sandbox.phr();
    let (linked, ()) = tokio::join!(phr.link_confirm(&reference, "482913"), async {
        let callback = setting.hip.next("/api/v3/hip/link/care-context/confirm").await;
        let groups: Vec<Value> = ["V-1", "V-2"]
            .iter()
            .map(|reference| patient(&[reference], "Prescription")[0].clone())
            .collect();
        let id = &callback.headers["REQUEST-ID"];
        let body = json!({"patient": groups, "response": {"requestId": id}});
        setting.accepted(Operation::OnConfirm, body).await;
    });
    assert_eq!(linked.map(|linked| linked.len()), Ok(2));
    assert_eq!(setting.rules(), ["on-confirm must have one group for each hi type"]);
}

#[tokio::test]
async fn a_consent_is_acknowledged_in_time() {
    let deadlines = Deadlines { consent: Duration::ZERO, ..Deadlines::default() };
    let setting = Setting::with(SandboxOptions { deadlines, ..quick() }).await;
    let wish = setting.sandbox.hiu().request_consent(ConsentRequest::new(ADDRESS, FACILITY));
    let phr = setting.sandbox.phr();
    let (consent, ()) = tokio::join!(phr.grant(&wish, Grant::default()), async {
        let callback = setting.hip.next("/api/v3/consent/request/hip/notify").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
        let ok = json!({
            "acknowledgement": {
                "status": "OK", "consentId": callback.body["notification"]["consentId"],
            },
            "response": {"requestId": callback.headers["REQUEST-ID"]},
        });
        setting.accepted(Operation::ConsentOnNotify, ok).await;
    });
    assert!(consent.is_ok());
    assert_eq!(setting.rules(), ["a consent notification was acknowledged too late"]);
}

#[tokio::test]
async fn a_text_message_by_the_gateway_is_asked_for_with_a_notification_alone() {
    let setting = Setting::new().await;
    let hip = json!({"id": FACILITY, "name": "PHC Test"});
    let mut body = json!({"notification": {"phoneNo": "919800009901", "hip": hip}});
    // NHA does not list X-HIP-ID for this call.
    let bare = setting.call(Operation::SmsNotify).without("X-HIP-ID").body(body.clone());
    assert_eq!(bare.send().await.0, 202);
    assert_eq!(setting.rules(), Vec::<String>::new());
    body["requestId"] = json!("0b6f0000-0000-4000-8000-000000000001");
    let (status, _) = setting.call(Operation::SmsNotify).body(body).send().await;
    assert_eq!(status, 400);
    assert_eq!(setting.rules(), ["requestId is not known here"]);
}

#[tokio::test]
async fn a_transaction_without_a_consent_has_nothing_to_report() {
    let setting = Setting::new().await;
    let consent = "e2c40000-0000-4000-8000-000000000001";
    let mut request = HealthInformationRequest::new(consent, KeyFormat::WRaw);
    request.facility = Some(FACILITY.to_owned());
    let transaction = setting.sandbox.hiu().ask(request);
    let report = json!({"notification": {
        "consentId": consent, "transactionId": transaction, "doneAt": "2026-09-14T07:20:00.000Z",
        "notifier": {"type": "HIP", "id": FACILITY},
        "statusNotification": {
            "sessionStatus": "FAILED", "hipId": FACILITY, "statusResponses": [],
        },
    }});
    let (status, answer) = setting.call(Operation::DataFlowNotify).body(report).send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1112: ")));
    assert_eq!(setting.rules().len(), 1);
}
