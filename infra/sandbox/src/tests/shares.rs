//! Profile shares at a counter, and the queue tokens that answer them.

use serde_json::{Value, json};

use super::fake_hip::RecordedRequest;
use super::setting::{ADDRESS, FACILITY, Setting, holder};
use crate::{FlowError, Operation, QueueToken, ShareRequest};

const SHARE: &str = "/api/v3/hip/patient/share";

fn token(callback: &RecordedRequest) -> Value {
    json!({
        "acknowledgement": {
            "status": "SUCCESS", "abhaAddress": ADDRESS,
            "profile": {"context": "12", "tokenNumber": "0007", "expiry": 1800},
        },
        "response": {"requestId": callback.headers["REQUEST-ID"]},
    })
}

/// Shares a profile, answers it with `answer`, and returns the app's result.
async fn share(
    setting: &Setting,
    answer: fn(&RecordedRequest) -> Value,
) -> Result<QueueToken, FlowError> {
    let phr = setting.sandbox.phr();
    let request = ShareRequest::new(FACILITY, "12", &holder());
    let (shared, ()) = tokio::join!(phr.share_profile(request), async {
        let callback = setting.hip.next(SHARE).await;
        setting.accepted(Operation::OnShare, answer(&callback)).await;
    });
    shared
}

#[tokio::test]
async fn a_profile_becomes_a_place_in_the_queue() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let first = share(&setting, token).await.expect("a token");
    assert_eq!((first.abha_address.as_str(), first.context.as_str()), (ADDRESS, "12"));
    assert_eq!((first.token_number.as_str(), first.expiry_s), ("0007", 1800));
    let (again, ()) = tokio::join!(phr.share_again(&first), async {
        let callback = setting.hip.next(SHARE).await;
        assert_eq!(callback.body["profile"]["patient"]["yearOfBirth"], "1985");
        setting.accepted(Operation::OnShare, token(&callback)).await;
    });
    let again = again.expect("the token again");
    assert_ne!(again.request_id, first.request_id);
    assert_eq!(again.token_number, first.token_number);
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_counter_that_is_closed_says_so() {
    let setting = Setting::new().await;
    let refused = share(&setting, |callback| {
        json!({
            "error": {"code": "ABDM-1149", "message": "Intent is not supported"},
            "response": {"requestId": callback.headers["REQUEST-ID"]},
        })
    });
    assert!(matches!(refused.await, Err(FlowError::Refused(error)) if error.code == "ABDM-1149"));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn every_member_of_an_on_share_is_checked() {
    let setting = Setting::new().await;
    let phr = setting.sandbox.phr();
    let request = ShareRequest::new(FACILITY, "12", &holder());
    tokio::spawn(async move { phr.share_profile(request).await });
    let callback = setting.hip.next(SHARE).await;
    let changed = |pointer: &str, value: Value| {
        let mut body = token(&callback);
        *body.pointer_mut(pointer).expect("a member") = value;
        body
    };
    let mut null_error = token(&callback);
    null_error["error"] = Value::Null;
    for body in [
        null_error,
        changed("/acknowledgement/status", json!("FAILED")),
        changed("/acknowledgement/abhaAddress", json!("other.person@sbx")),
        changed("/acknowledgement/profile/context", json!("13")),
        changed("/acknowledgement/profile/tokenNumber", json!(7)),
        changed("/acknowledgement/profile/expiry", json!("1800")),
        changed("/response/requestId", json!("0b6f0000-0000-4000-8000-0000000000ff")),
    ] {
        let (status, answer) = setting.call(Operation::OnShare).body(body).send().await;
        assert_eq!(status, 400, "{answer}");
    }
    assert_eq!(setting.rules().len(), 7);
    setting.sandbox.forgive();
    setting.accepted(Operation::OnShare, token(&callback)).await;
    let (status, answer) = setting.call(Operation::OnShare).body(token(&callback)).send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1087: ")));
}
