//! A link that does not come about at once: what the operator sees, and does.

use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::visit;
use hip_tests::world::API_KEY;
use serde_json::{Value, json};
use uuid::Uuid;

async fn post(world: &World, path: &str, body: Value) -> (u16, Value) {
    let client = reqwest::Client::builder().build().unwrap();
    let request = client.post(format!("{}{path}", world.launch.url)).bearer_auth(API_KEY);
    let request = request.header("content-type", "application/json").body(body.to_string());
    let response = request.patiently().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or_default())
}

async fn token_status(world: &World) -> Value {
    let asked = json!({ "abhaAddress": "KAVYA.N90@sbx" });
    let (status, body) = post(world, "/v1/link-tokens/status", asked).await;
    assert_eq!(status, 200, "{body}");
    body
}

#[tokio::test]
async fn data_that_do_not_match_are_explained_and_better_ones_link() {
    let (world, _hip) = World::start_with("[linking]\nduplicate_window_s = 0\n").await;
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1207", "does not match");
    world.push(&visit("3002", true)).await;
    world.until("care_context.link_failed", 1).await;
    world.until_idle().await;
    let error = world.show("3002").await["linkError"].clone();
    assert_eq!(error["code"], "ABDM-1207");
    assert!(error["what"].is_string() && error["cure"].is_string());
    // The desk mends the record and pushes the visit again.
    let mut mended = visit("3002", true);
    mended["eventId"] = json!(Uuid::from_u128(77));
    mended["beneficiary"]["phone"] = json!("9845012346");
    assert_eq!(world.push(&mended).await.0, 201);
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    assert_eq!(world.show("3002").await["linkError"], Value::Null);
}

#[tokio::test]
async fn the_governor_says_when_the_next_request_may_leave() {
    let (world, _hip) = World::start().await;
    assert_eq!(token_status(&world).await["state"], "none");
    let arguments = ["token", "status", "-", "--url", &world.launch.url];
    let told = world.hip_with_input(&arguments, "KAVYA.N90@sbx\n").await;
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    assert_eq!(told["state"], "none", "the address is read from standard input");
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::GenerateToken, 1, "ABDM-1024", "dependency away");
    world.push(&visit("3002", true)).await;
    world.until("link_token.rejected", 1).await;
    let status = token_status(&world).await;
    assert_eq!((&status["state"], &status["requestsIn24Hours"]), (&json!("none"), &json!(1)));
    assert!(status["nextRequestAt"].is_string() && status["why"].is_string());
    // Asking for the link again does not get past the rate limit.
    assert_eq!(post(&world, "/v1/links", json!({ "visitCode": "3002" })).await.0, 202);
    world.until("link_token.postponed", 1).await;
    world.until_idle().await;
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 1);
}

#[tokio::test]
async fn a_refused_link_can_be_started_again() {
    let (world, _hip) = World::start().await;
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::LinkCareContext, 1, "ABDM-1037", "count mismatch");
    world.push(&visit("3002", true)).await;
    world.until("care_context.link_rejected", 1).await;
    world.until_idle().await;
    assert_eq!(world.show("3002").await["linkError"]["code"], "ABDM-1037");
    assert_eq!(post(&world, "/v1/links", json!({ "visitCode": "3002" })).await.0, 202);
    world.until("visit.linked", 1).await;
    let (status, body) = post(&world, "/v1/links", json!({ "visitCode": "9999" })).await;
    assert_eq!((status, &body["type"]), (404, &json!("urn:hip:problem:not-found")));
}
