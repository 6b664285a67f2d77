//! Sessions, certs and bridge services.

use std::time::Duration;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::{Value, json};

use super::setting::{FACILITY, Setting, quick};
use crate::{Operation, Sandbox, SandboxOptions};

/// The claims of a token, verified by another library with the published key.
fn claims(token: &str, keys: &Value, algorithm: Algorithm) -> Value {
    let keys: JwkSet = serde_json::from_value(keys.clone()).expect("a key set");
    let kid = decode_header(token).expect("a header").kid.expect("a kid");
    let key = DecodingKey::from_jwk(keys.find(&kid).expect("a known kid")).expect("an RSA key");
    let mut validation = Validation::new(algorithm);
    validation.validate_aud = false;
    decode::<Value>(token, &key, &validation).expect("a valid token").claims
}

#[tokio::test]
async fn a_session_opens_the_certs_that_verify_it() {
    let setting = Setting::new().await;
    let (status, keys) = setting.call(Operation::Certs).send().await;
    assert_eq!(status, 200);
    let session = claims(&setting.bearer, &keys, Algorithm::RS256);
    assert_eq!(session["aud"], "account");
    assert_eq!(session["typ"], "Bearer");
    let lifetime = session["exp"].as_i64().zip(session["iat"].as_i64()).map(|(e, i)| e - i);
    assert_eq!(lifetime, Some(1200));

    let link_token = setting.link_token().await;
    let link = claims(&link_token, &keys, Algorithm::RS512);
    assert_eq!(link["hipId"], FACILITY);
    assert!(link["abhaNumber"].is_u64());
    let lifetime = link["exp"].as_i64().zip(link["iat"].as_i64()).map(|(e, i)| e - i);
    assert_eq!(lifetime, Some(15_768_000));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn certs_want_a_bearer() {
    let setting = Setting::new().await;
    let (status, body) = setting.call(Operation::Certs).without("Authorization").send().await;
    assert_eq!((status, &body["code"]), (401, &json!("900902")));
    let (status, body) =
        setting.call(Operation::Certs).header("Authorization", "Bearer a.b.c").send().await;
    assert_eq!((status, &body["code"]), (401, &json!("900901")));
}

#[tokio::test]
async fn a_session_needs_the_right_secret_and_grant_type() {
    let setting = Setting::new().await;
    let own = setting.sandbox.credentials();
    for (secret, grant, expected) in
        [("wrong", "client_credentials", 401), (own.client_secret.as_str(), "refresh_token", 400)]
    {
        let body = json!({"clientId": own.client_id, "clientSecret": secret, "grantType": grant});
        let (status, _) = setting.call(Operation::Session).body(body).send().await;
        assert_eq!(status, expected);
    }
}

#[tokio::test]
async fn an_expired_session_is_refused_and_no_breach() {
    let options = SandboxOptions { session_lifetime: Duration::ZERO, ..quick() };
    let setting = Setting::with(options).await;
    let (status, body) = setting.call(Operation::BridgeServices).send().await;
    assert_eq!((status, &body["code"]), (401, &json!("900901")));
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn the_bridge_lists_its_services_and_moves() {
    let setting = Setting::new().await;
    let (status, body) = setting.call(Operation::BridgeServices).send().await;
    assert_eq!(status, 200);
    assert_eq!(body["services"][0]["id"], FACILITY);
    assert_eq!(body["services"][0]["types"], json!(["HIP"]));
    let (status, body) = setting.call(Operation::BridgeService).send().await;
    assert_eq!((status, &body["id"]), (200, &json!(FACILITY)));

    let moved = json!({"url": "https://hip.example.in/"});
    let (status, _) = setting.call(Operation::BridgeUrl).body(moved).send().await;
    assert_eq!(status, 202);
    let (_, body) = setting.call(Operation::BridgeServices).send().await;
    assert_eq!(body["bridge"]["url"], "https://hip.example.in");
    assert_eq!(setting.rules(), Vec::<String>::new());
}

#[tokio::test]
async fn kept_keys_survive_a_restart_and_ids_do_not_repeat() {
    use std::os::unix::fs::PermissionsExt;

    let directory = tempfile::tempdir().expect("a directory");
    let options = || SandboxOptions { state_dir: Some(directory.path().to_owned()), ..quick() };
    let first = Setting::with(options()).await;
    let (bearer, link_token) = (first.bearer.clone(), first.link_token().await);
    let id = first.sandbox.call_back(FACILITY, "/api/v3/any", Value::Null);
    first.sandbox.stop().await;

    let mut second = Setting::with(options()).await;
    assert_ne!(id, second.sandbox.call_back(FACILITY, "/api/v3/any", Value::Null));
    second.bearer = bearer;
    let (status, _) = second.call(Operation::Certs).send().await;
    assert_eq!(status, 200);
    let caller = second.call(Operation::LinkCareContext).header("X-LINK-TOKEN", &link_token);
    let (status, _) = caller.body(super::setting::link_body(&["V-1"])).send().await;
    assert_eq!(status, 202);
    for file in ["session-rs256.pem", "link-token-rs512.pem"] {
        let metadata = std::fs::metadata(directory.path().join(file)).expect("a key file");
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
    }
}

#[tokio::test]
async fn the_same_seed_gives_the_same_credentials() {
    let one = Sandbox::start(SandboxOptions { seed: 5, ..quick() }).await.expect("a simulator");
    let two = Sandbox::start(SandboxOptions { seed: 5, ..quick() }).await.expect("a simulator");
    let other = Sandbox::start(SandboxOptions { seed: 6, ..quick() }).await.expect("a simulator");
    assert_eq!(one.credentials(), two.credentials());
    assert_ne!(one.credentials(), other.credentials());
}
