//! Delivery and redelivery of callbacks.

use std::time::Duration;

use serde_json::{Value, json};

use super::setting::{FACILITY, SOON, Setting, quick};
use crate::{Direction, Redelivery, SandboxOptions};

const PATH: &str = "/api/v3/anything";

#[tokio::test]
async fn a_refused_callback_comes_again_word_for_word() {
    let setting = Setting::new().await;
    setting.hip.will_answer(&[401, 503]);
    let request_id = setting.sandbox.call_back(FACILITY, PATH, json!({"n": 1}));
    let first = setting.hip.next(PATH).await;
    assert_eq!(first.headers["REQUEST-ID"], request_id);
    for _ in 0..2 {
        let again = setting.hip.next(PATH).await;
        assert_eq!((&again.headers, &again.body), (&first.headers, &first.body));
    }
    let journal = setting.sandbox.journal();
    let done = journal
        .wait_for(SOON, |entry| entry.direction == Direction::In && entry.status == Some(202));
    done.await.expect("the last attempt");
    let statuses: Vec<(Option<u16>, bool)> = journal
        .snapshot()
        .iter()
        .filter(|entry| entry.direction == Direction::In)
        .map(|entry| (entry.status, entry.duplicate))
        .collect();
    assert_eq!(statuses, [(Some(401), false), (Some(503), true), (Some(202), true)]);
    assert_eq!(setting.hip.count(PATH), 3);
}

#[tokio::test]
async fn a_callback_waits_for_a_hip_that_is_down() {
    let setting = Setting::new().await;
    setting.sandbox.set_bridge_url("http://127.0.0.1:9");
    setting.sandbox.call_back(FACILITY, PATH, Value::Null);
    let failed = |entry: &crate::Entry| entry.duplicate && entry.status.is_none();
    setting.sandbox.journal().wait_for(SOON, failed).await.expect("two attempts");
    setting.sandbox.set_bridge_url(&setting.hip.url);
    setting.hip.next(PATH).await;
}

#[tokio::test]
async fn attempts_end() {
    let redelivery = Redelivery { interval: Duration::from_millis(5), attempts_max: 2 };
    let setting = Setting::with(SandboxOptions { redelivery, ..quick() }).await;
    setting.hip.will_answer(&[500, 500, 500]);
    setting.sandbox.call_back(FACILITY, PATH, Value::Null);
    setting.hip.next(PATH).await;
    setting.hip.next(PATH).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(setting.hip.count(PATH), 2);
}

#[tokio::test]
async fn the_bearer_of_a_callback_is_the_gateways() {
    let setting = Setting::new().await;
    setting.sandbox.call_back(FACILITY, PATH, Value::Null);
    let callback = setting.hip.next(PATH).await;
    let bearer = callback.headers["Authorization"].strip_prefix("Bearer ").expect("a bearer");
    let claims = jsonwebtoken::dangerous::insecure_decode::<Value>(bearer).expect("a JWT").claims;
    for (claim, value) in [
        ("iss", "https://dev.abdm.gov.in/auth/realms/central-registry"),
        ("typ", "Bearer"),
        ("azp", "gateway"),
        ("clientId", "gateway"),
        ("preferred_username", "service-account-gateway"),
        ("aud", "account"),
    ] {
        assert_eq!(claims[claim], value, "{claim}");
    }
    // The gateway does not accept this token for calls of a HIP.
    let caller = setting.call(crate::Operation::Certs);
    let (status, _) = caller.header("Authorization", &format!("Bearer {bearer}")).send().await;
    assert_eq!(status, 401);
}
