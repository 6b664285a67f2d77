//! Two facilities in one process: a callback to one that speaks of what is the other's reaches nothing.

use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat, Operation, Sandbox,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};

/// It has no patient and no visit.
const OTHER: &str = "IN0610099002";

const DISCOVER: &str = "/api/v3/hip/patient/care-context/discover";
const CONSENT_NOTIFY: &str = "/api/v3/consent/request/hip/notify";
const REQUEST: &str = "/api/v3/hip/health-information/request";

async fn world() -> (World, HipProcess) {
    let section = format!("[[facility]]\nid = {OTHER:?}\nname = \"PHC Other\"\n");
    let (world, hip) = World::start_with(&section).await;
    world.sandbox.register_facility(OTHER, "PHC Other");
    (world, hip)
}

/// The body of the newest message that the simulator has sent on a path.
fn sent(sandbox: &Sandbox, path: &str) -> Value {
    let entries = sandbox.journal().snapshot();
    let newest = entries.iter().rfind(|entry| entry.path.ends_with(path));
    newest.expect("the simulator has sent one").body.clone()
}

/// What became of a callback, once it is closed.
async fn became(world: &World, request_id: &str) -> (String, Option<String>) {
    world.until_idle().await;
    sqlx::query_as("SELECT status, error FROM hip.callback WHERE request_id = $1::uuid")
        .bind(request_id)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

fn rejected(code: &str) -> (String, Option<String>) {
    ("rejected".to_owned(), Some(code.to_owned()))
}

#[tokio::test]
async fn a_discovery_finds_nobody_of_another_facility() {
    let (world, _hip) = world().await;
    world.push(&visit("7001", false)).await;
    world.until("care_context.registered", 1).await;
    let request = DiscoverRequest::new(OTHER, &abha_holder());
    let answer = world.sandbox.phr().discover(request).await.unwrap().answer;
    assert_eq!(answer.unwrap_err().code, "ABDM-1010");

    // Nor is what was offered at the one told again at the other, or to somebody else.
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    world.sandbox.phr().discover(request).await.unwrap().answer.unwrap();
    let question = sent(&world.sandbox, DISCOVER);
    let answers = || world.sandbox.journal().count(Operation::OnDiscover);
    let before = answers();
    let elsewhere = world.sandbox.call_back(OTHER, DISCOVER, question.clone());
    let mut stranger = question.clone();
    stranger["patient"]["id"] = json!("somebody.else@sbx");
    let by_another = world.sandbox.call_back(FACILITY, DISCOVER, stranger);
    for request_id in [elsewhere, by_another] {
        world.until("inbound.rejected", 1).await;
        assert_eq!(became(&world, &request_id).await, rejected("ABDM-1017"));
    }
    assert_eq!(answers(), before);
    // Who asked is told again.
    let again = world.sandbox.call_back(FACILITY, DISCOVER, question);
    let told = world.answer(Operation::OnDiscover, &again).await;
    assert!(told["patient"].is_array(), "{told}");
}

#[tokio::test]
async fn a_link_is_begun_and_confirmed_only_where_it_was_offered() {
    let (world, _hip) = world().await;
    world.push(&visit("7001", false)).await;
    world.until("care_context.registered", 1).await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let found = world.sandbox.phr().discover(request).await.unwrap();
    let offered = found.answer.unwrap();
    let init = json!({
        "transactionId": found.transaction_id,
        "abhaAddress": "kavya.n90@sbx",
        "patient": [{
            "referenceNumber": "88001234",
            "careContexts": [{ "referenceNumber": offered.care_contexts[0].care_context_reference }],
            "hiType": offered.care_contexts[0].hi_type,
            "count": 1,
        }],
    });
    let path = "/api/v3/hip/link/care-context/init";
    let wrong = world.sandbox.call_back(OTHER, path, init.clone());
    let told = world.answer(Operation::OnInit, &wrong).await;
    assert_eq!(told["error"]["code"], "ABDM-1017", "{told}");
    assert_eq!(world.count("user_link.initiated").await, 0);

    let right = world.sandbox.call_back(FACILITY, path, init);
    let told = world.answer(Operation::OnInit, &right).await;
    let reference = told["link"]["referenceNumber"].as_str().unwrap();
    let confirm = json!({ "confirmation": { "linkRefNumber": reference, "token": "123456" } });
    let path = "/api/v3/hip/link/care-context/confirm";
    let wrong = world.sandbox.call_back(OTHER, path, confirm);
    let told = world.answer(Operation::OnConfirm, &wrong).await;
    assert_eq!(told["error"]["code"], "ABDM-1056", "{told}");
    assert_eq!(world.count("user_link.refused").await, 0, "no try of the patient's is used up");
}

#[tokio::test]
async fn a_consent_is_ended_and_used_only_where_it_was_given() {
    let (world, _hip) = world().await;
    world.push(&visit("7001", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();

    let revoked = json!({ "notification": { "status": "REVOKED", "consentId": consent } });
    let wrong = world.sandbox.call_back(OTHER, CONSENT_NOTIFY, revoked);
    let told = world.answer(Operation::ConsentOnNotify, &wrong).await;
    assert_eq!(told["error"]["code"], "ABDM-1035", "{told}");
    assert_eq!(world.count("consent.revoked").await, 0);

    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    let pushes = || world.sandbox.journal().count(Operation::Push);
    let before = pushes();
    // The transfer that was done, asked for at the other; and a new one there.
    let asked = sent(&world.sandbox, REQUEST);
    let same = world.sandbox.call_back(OTHER, REQUEST, asked.clone());
    world.until("inbound.rejected", 2).await;
    assert_eq!(became(&world, &same).await, rejected("ABDM-1017"));
    let mut fresh = asked;
    fresh["transactionId"] = json!("6f1b7f5e-0000-4000-8000-00000000aaaa");
    let fresh = world.sandbox.call_back(OTHER, REQUEST, fresh);
    let told = world.answer(Operation::OnRequest, &fresh).await;
    assert_eq!(told["error"]["code"], "ABDM-1112", "{told}");
    world.until_idle().await;
    assert_eq!(pushes(), before);
    let strangers: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.event e JOIN hip.visit v USING (subject_id) \
          WHERE e.stream_id = 'transfer-6f1b7f5e-0000-4000-8000-00000000aaaa'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(strangers, 0, "a request that is refused is not about the other's patient");
}

#[tokio::test]
async fn a_consent_given_at_another_facility_opens_no_record_of_ours() {
    let (world, _hip) = world().await;
    world.push(&visit("7001", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let mut granted = sent(&world.sandbox, CONSENT_NOTIFY);
    let id = "6f1b7f5e-0000-4000-8000-00000000bbbb";
    granted["notification"]["consentId"] = json!(id);
    granted["notification"]["consentDetail"]["consentId"] = json!(id);
    // The artefact says ours, the header the other.
    let wrong = world.sandbox.call_back(OTHER, CONSENT_NOTIFY, granted.clone());
    let told = world.answer(Operation::ConsentOnNotify, &wrong).await;
    assert_eq!(told["error"]["code"], "ABDM-1035", "{told}");
    // Both say the other, and the care contexts are ours.
    granted["notification"]["consentDetail"]["hip"]["id"] = json!(OTHER);
    let there = world.sandbox.call_back(OTHER, CONSENT_NOTIFY, granted);
    world.answer(Operation::ConsentOnNotify, &there).await;
    let of_ours: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.event e JOIN hip.visit v USING (subject_id) \
          WHERE e.stream_id = 'consent-6f1b7f5e-0000-4000-8000-00000000bbbb'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(of_ours, 0, "the same references at another facility are somebody else's");
}

#[tokio::test]
async fn an_answer_to_another_facility_closes_no_request_of_ours() {
    let (world, _hip) = world().await;
    world.sandbox.faults().silence(Operation::LinkCareContext, 1);
    world.push(&visit("7001", true)).await;
    world.until("care_context.link_requested", 1).await;
    let asked = world.sandbox.journal().wait_for(PATIENCE, |entry| {
        entry.operation == Some(Operation::LinkCareContext) && entry.status.is_some()
    });
    let asked = asked.await.unwrap().header("request-id").unwrap().to_owned();
    let linked = json!({
        "abhaAddress": "kavya.n90@sbx",
        "status": "Successfully Linked care context",
        "response": { "requestId": asked },
    });
    let wrong = world.sandbox.call_back(OTHER, "/api/v3/link/on_carecontext", linked);
    world.until("inbound.rejected", 1).await;
    assert_eq!(became(&world, &wrong).await, rejected("ABDM-1030"));
    assert_eq!(world.count("care_context.linked").await, 0);
}
