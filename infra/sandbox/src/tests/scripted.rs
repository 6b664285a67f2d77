//! Refusals that a test sets before the call.

use serde_json::{Value, json};

use super::setting::{ADDRESS, FACILITY, Setting, demographics, link_body};
use crate::{Direction, ErrorForm, Operation, Target};

const ON_LINK: &str = "/api/v3/link/on_carecontext";

fn context_notify() -> Value {
    json!({"notification": {
        "patient": {"id": ADDRESS},
        "careContext": {"patientReference": "P-1", "careContextReference": "V-1"},
        "hiTypes": ["DiagnosticReport"], "date": "2026-09-14T06:10:00.000Z",
        "hip": {"id": FACILITY, "name": "PHC Test", "type": "HIP"},
    }})
}

fn sms_notify() -> Value {
    json!({"notification": {
        "phoneNo": "919800009901", "hip": {"id": FACILITY, "name": "PHC Test"},
    }})
}

#[tokio::test]
async fn the_nth_call_is_taken_and_then_refused_in_its_callback() {
    let setting = Setting::new().await;
    let faults = setting.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 2, "ABDM-1207", "Other demographics");
    let link_token = setting.link_token().await;
    setting.accepted(Operation::GenerateToken, demographics()).await;
    let callback = setting.hip.next("/api/v3/hip/token/on-generate-token").await;
    assert!(callback.body.get("linkToken").is_none());
    let error = json!({"code": "ABDM-1207: ", "message": "Other demographics"});
    assert_eq!(callback.body["error"], error);

    faults.answer_with_error(Operation::LinkCareContext, 1, "ABDM-1038", "Other address");
    let link = || setting.call(Operation::LinkCareContext).header("X-LINK-TOKEN", &link_token);
    assert_eq!(link().body(link_body(&["V-1"])).send().await.0, 202);
    assert_eq!(setting.hip.next(ON_LINK).await.body["error"]["code"], "ABDM-1038: ");
    faults.fail_link_without_error(Operation::LinkCareContext, 1);
    assert_eq!(link().body(link_body(&["V-1"])).send().await.0, 202);
    let callback = setting.hip.next(ON_LINK).await;
    assert_eq!(callback.body["status"], "Failed to link care context");
    assert!(callback.body.get("error").is_none());
    assert_eq!(setting.sandbox.phr().linked(ADDRESS), []);
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn notifications_are_acknowledged_in_callbacks_that_the_journal_has() {
    let setting = Setting::new().await;
    setting.link(&["V-1"]).await;
    let faults = setting.sandbox.faults();
    for (operation, body, path) in [
        (Operation::ContextNotify, context_notify(), "/api/v3/links/context/on-notify"),
        (Operation::SmsNotify, sms_notify(), "/api/v3/patients/sms/on-notify"),
    ] {
        setting.accepted(operation, body.clone()).await;
        let callback = setting.hip.next(path).await;
        assert_eq!(callback.body["acknowledgement"]["status"], "SUCCESS");
        faults.answer_with_error(operation, 1, "ABDM-1008", "Currently disabled");
        setting.accepted(operation, body).await;
        let callback = setting.hip.next(path).await;
        assert_eq!(callback.body["acknowledgement"]["status"], "ERRORED");
        assert_eq!(callback.body["error"]["code"], "ABDM-1008: ");
        let entries = setting.sandbox.journal().snapshot();
        let here = entries.iter().filter(|entry| entry.path == path);
        assert_eq!(here.filter(|entry| entry.direction == Direction::In).count(), 2);
    }
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_refusal_comes_in_every_form() {
    let setting = Setting::new().await;
    let faults = setting.sandbox.faults();
    for form in ErrorForm::ALL {
        let words = ("ABDM-1006", "Bad Request");
        faults.refuse_in_form(Operation::GenerateToken, 1, 400, form, words);
        let caller = setting.call(Operation::GenerateToken).body(demographics());
        assert_eq!(caller.send().await, (400, form.body("ABDM-1006", "Bad Request")));
    }
    faults.end_session(Target::Any, 1);
    let (status, answer) = setting.call(Operation::GenerateToken).body(demographics()).send().await;
    assert_eq!((status, &answer["code"]), (401, &json!("900901")));
    faults.refuse_link_without_a_word(1);
    let caller = setting.call(Operation::LinkCareContext).body(link_body(&["V-1"]));
    assert_eq!(caller.send().await, (400, Value::Null));
    setting.link(&["V-1"]).await;
    assert_eq!(setting.rules(), Vec::<String>::new());
}
