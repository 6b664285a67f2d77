//! Calls that hang, are cut off, are refused, or lose their answer.

use std::time::Duration;

use serde_json::{Value, json};

use super::setting::{SOON, Setting, demographics};
use crate::{HoldState, Operation, Target};

const ON_TOKEN: &str = "/api/v3/hip/token/on-generate-token";

#[tokio::test]
async fn a_call_held_before_has_no_effect_until_it_is_released() {
    let setting = Setting::new().await;
    let hold = setting.sandbox.faults().hold_before(Operation::GenerateToken, 1);
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    let request_id = caller.request_id();
    let call = tokio::spawn(caller.send());
    let caught = hold.caught(SOON).await.expect("a held call");
    assert_eq!(caught.request_id.as_deref(), Some(request_id.as_str()));
    assert_eq!(setting.sandbox.faults().held(SOON).await, Ok(caught.clone()));
    assert_eq!(setting.sandbox.journal().snapshot()[caught.entry].status, None);
    assert_eq!(setting.hip.count(ON_TOKEN), 0);
    hold.release();
    assert_eq!(call.await.expect("no panic"), (202, Value::Null));
    setting.hip.next(ON_TOKEN).await;
}

#[tokio::test]
async fn a_caller_that_dies_while_held_before_leaves_nothing_behind() {
    let setting = Setting::new().await;
    let hold = setting.sandbox.faults().hold_before(Target::Any, 1);
    let call = tokio::spawn(setting.call(Operation::GenerateToken).body(demographics()).send());
    hold.caught(SOON).await.expect("a held call");
    call.abort();
    let abandoned = async {
        while !matches!(hold.state(), HoldState::Abandoned(_)) {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(SOON, abandoned)
        .await
        .expect("the simulator notices the broken connection");
    hold.release();
    setting.link_token().await;
    assert_eq!(setting.hip.count(ON_TOKEN), 1);
}

#[tokio::test]
async fn a_call_held_after_has_all_its_effects() {
    let setting = Setting::new().await;
    let hold = setting.sandbox.faults().hold_after(Operation::GenerateToken, 1);
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    let id = caller.request_id();
    let call = tokio::spawn(caller.send());
    let caught = hold.caught(SOON).await.expect("a held call");
    assert_eq!(setting.sandbox.journal().snapshot()[caught.entry].status, Some(202));
    setting.hip.next(ON_TOKEN).await;
    call.abort();
    // After a crash, a HIP repeats the same call.
    let again = setting.call(Operation::GenerateToken).header("REQUEST-ID", &id);
    let (status, answer) = again.body(demographics()).send().await;
    assert_eq!((status, &answer["error"]["code"]), (400, &json!("ABDM-1092: ")));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn a_lost_answer_breaks_the_connection_after_the_effects() {
    let setting = Setting::new().await;
    setting.sandbox.faults().lose_answer(Operation::GenerateToken, 1);
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    assert!(caller.try_send().await.is_err());
    setting.hip.next(ON_TOKEN).await;
    setting.link_token().await;
}

#[tokio::test]
async fn a_refusal_is_used_up_and_a_silence_says_nothing() {
    let setting = Setting::new().await;
    let faults = setting.sandbox.faults();
    let body = json!({"code": "ABDM-1024", "message": "Dependent service unavailable"});
    faults.refuse(Operation::GenerateToken, 1, 503, body.clone());
    let caller = setting.call(Operation::GenerateToken).body(demographics());
    assert_eq!(caller.send().await, (503, body));
    faults.silence(Operation::GenerateToken, 1);
    setting.accepted(Operation::GenerateToken, demographics()).await;
    setting.link_token().await;
    assert_eq!(setting.hip.count(ON_TOKEN), 1);
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn stopping_releases_what_is_held_and_closes_the_ports() {
    let setting = Setting::new().await;
    let hold = setting.sandbox.faults().hold_before(Operation::GenerateToken, 1);
    let call = tokio::spawn(setting.call(Operation::GenerateToken).body(demographics()).send());
    hold.caught(SOON).await.expect("a held call");
    tokio::time::timeout(SOON, setting.sandbox.stop()).await.expect("an end");
    assert_eq!(call.await.expect("no panic").0, 503);
    assert!(setting.call(Operation::Certs).try_send().await.is_err());
}
