//! Peers that are busy, away, or not ready yet: they are asked again when they want to be, and not
//! more often.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use hip_sandbox::{
    ConsentRequest, Entry, Grant, HealthInformationRequest, KeyFormat, Operation, SandboxOptions,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

async fn linked(sections: &str) -> (World, HipProcess) {
    let (world, hip) = World::start_with(sections).await;
    world.push(&visit("3501", true)).await;
    world.until("visit.linked", 1).await;
    (world, hip)
}

async fn asked(world: &World) -> String {
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    world.sandbox.hiu().request(request).await.unwrap()
}

fn calls(world: &World, operation: Operation) -> Vec<std::sync::Arc<Entry>> {
    let entries = world.sandbox.journal().snapshot().into_iter();
    entries.filter(|entry| entry.operation == Some(operation)).collect()
}

fn waits(world: &World, operation: Operation) -> Vec<TimeDelta> {
    let at: Vec<DateTime<Utc>> = calls(world, operation).iter().map(|entry| entry.at).collect();
    at.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test]
async fn a_busy_hiu_gets_its_page_when_it_asked_for_it() {
    let (world, _hip) = linked("").await;
    world.sandbox.faults().busy(Operation::Push, 1, 503, "5");
    world.sandbox.faults().busy(Operation::Push, 2, 429, "4");
    let transaction = asked(&world).await;
    let hiu = world.sandbox.hiu();
    let delivery = hiu.wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert!(!delivery.pages.is_empty());
    let waits = waits(&world, Operation::Push);
    assert!(waits[0] >= TimeDelta::seconds(5) && waits[1] >= TimeDelta::seconds(4), "{waits:?}");
}

#[tokio::test]
async fn a_gateway_that_asks_for_time_gets_it() {
    let (world, _hip) = World::start().await;
    world.sandbox.faults().busy(Operation::GenerateToken, 1, 429, "4");
    world.push(&visit("3502", true)).await;
    world.until("visit.linked", 1).await;
    let waits = waits(&world, Operation::GenerateToken);
    assert!(waits[0] >= TimeDelta::seconds(4), "{waits:?}");
}

#[tokio::test]
async fn an_hiu_that_does_not_know_the_transfer_yet_still_gets_its_pages() {
    let (world, _hip) = linked("").await;
    for (nth, status) in [(1, 400), (2, 404), (3, 409)] {
        world.sandbox.faults().refuse(Operation::Push, nth, status, Value::Null);
    }
    let transaction = asked(&world).await;
    let hiu = world.sandbox.hiu();
    let delivery = hiu.wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert!(delivery.status_responses.iter().all(|status| status.hi_status == "DELIVERED"));
    let taken_at = calls(&world, Operation::OnRequest)[0].at;
    assert!(calls(&world, Operation::Push)[0].at >= taken_at + TimeDelta::milliseconds(200));
}

#[tokio::test]
async fn a_transfer_of_which_no_context_arrived_whole_has_failed() {
    let (world, _hip) = linked("").await;
    world.sandbox.faults().refuse(Operation::Push, 2, 403, Value::Null);
    let transaction = asked(&world).await;
    let hiu = world.sandbox.hiu();
    let delivery = hiu.wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert_eq!(delivery.pages.len(), 1, "one page of several was taken");
    assert!(delivery.status_responses.iter().all(|status| status.hi_status == "ERRORED"));
    let told = &calls(&world, Operation::DataFlowNotify)[0].body;
    let session = &told["notification"]["statusNotification"]["sessionStatus"];
    assert_eq!(session, "FAILED", "{told}");
}

#[tokio::test]
async fn a_call_whose_answer_was_lost_is_made_again_and_the_duplicate_tells_that_it_arrived() {
    let (world, _hip) = linked("").await;
    let faults = world.sandbox.faults();
    faults.lose_answer(Operation::ConsentOnNotify, 1);
    faults.lose_answer(Operation::OnRequest, 1);
    let transaction = asked(&world).await;
    let hiu = world.sandbox.hiu();
    hiu.wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    for operation in [Operation::ConsentOnNotify, Operation::OnRequest] {
        let calls = calls(&world, operation);
        assert_eq!(calls.len(), 2, "{operation:?} was made again");
        assert_eq!(calls[0].request_id, calls[1].request_id, "under the same id");
        assert!(calls[1].duplicate, "and the peer said so");
    }
    assert_eq!(world.count("outbound.abandoned").await, 0);
    let dead: i64 = sqlx::query_scalar("SELECT count(*) FROM es.outbox WHERE state = 'dead'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(dead, 0);
}

#[tokio::test]
async fn an_empty_401_on_a_link_leads_to_one_call_and_a_slow_retry() {
    let (world, _hip) = World::start().await;
    for nth in 1..=8 {
        world.sandbox.faults().refuse(Operation::LinkCareContext, nth, 401, Value::Null);
    }
    world.push(&visit("3503", true)).await;
    let mut retry_at: Option<DateTime<Utc>> = None;
    world
        .eventually("it is tried again", async || {
            let text = world.show("3503").await["linkRetryAt"].clone();
            retry_at = text.as_str().and_then(|text| text.parse().ok());
            retry_at.is_some()
        })
        .await;
    let retry_at = retry_at.unwrap();
    let call = &calls(&world, Operation::LinkCareContext)[0];
    assert!(retry_at - call.at >= TimeDelta::seconds(55));
    assert_eq!(world.sandbox.journal().count(Operation::LinkCareContext), 1);
}

#[tokio::test]
async fn an_empty_400_on_a_link_passes_and_says_the_same_everywhere() {
    let (world, _hip) = World::start().await;
    world.sandbox.faults().refuse_link_without_a_word(1);
    world.push(&visit("3504", true)).await;
    world
        .eventually("it is tried again", async || {
            world.show("3504").await["linkRetryAt"].is_string()
        })
        .await;
    let error = world.show("3504").await;
    let words = "the gateway refused the link request without saying why";
    assert!(error["linkError"]["what"].as_str().unwrap().starts_with(words), "{error}");
    let explained = world.hip(&["explain", "3504"]).await;
    assert!(String::from_utf8_lossy(&explained.stdout).contains(words));
    let (_, dead) = world.ask(API_KEY, Method::GET, "/v1/dead-letters", None).await;
    assert!(dead.to_string().contains(words), "{dead}");
}

#[tokio::test]
async fn already_linked_without_an_error_is_linked() {
    let (world, _hip) = World::start().await;
    let status = "These care contexts have been already linked";
    world.sandbox.faults().answer_link_with_status(1, status);
    world.push(&visit("3505", true)).await;
    world.until("visit.linked", 1).await;
}

#[tokio::test]
async fn a_link_status_that_is_not_understood_is_shown() {
    let (world, _hip) = World::start().await;
    world.sandbox.faults().answer_link_with_status(1, "Request queued for Kavya Nair");
    world.push(&visit("3506", true)).await;
    world.until("care_context.link_rejected", 1).await;
    world.until_idle().await;
    let what = world.show("3506").await["linkError"]["what"].as_str().unwrap().to_owned();
    assert!(what.ends_with("it said: request queued for"), "{what}");
}

fn with_more(code: &str) -> Value {
    let mut more = visit(code, true);
    more["eventId"] = json!(Uuid::new_v4());
    more["vitals"] = json!({ "pulseRate": 72 });
    more
}

#[tokio::test]
async fn news_wait_until_the_gateway_knows_the_link() {
    let options =
        SandboxOptions { link_settles_after: Duration::from_secs(2), ..SandboxOptions::default() };
    let world = World::create_in(options, "[linking]\nnews_after_link_s = 3\n").await;
    let _hip = world.launch.start().await;
    world.push(&visit("3507", true)).await;
    world.until("visit.linked", 1).await;
    world.push(&with_more("3507")).await;
    world.until("outbound.answered", 1).await;
    assert_eq!(world.sandbox.journal().count(Operation::ContextNotify), 1);
    let (_, dead) = world.ask(API_KEY, Method::GET, "/v1/dead-letters", None).await;
    assert_eq!(dead["groups"], json!([]), "{dead}");
}

#[tokio::test]
async fn news_that_the_gateway_refuses_are_sent_again_and_seen() {
    let (world, _hip) = World::start().await;
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::ContextNotify, 1, "ABDM-1006", "No links found");
    world.push(&visit("3508", true)).await;
    world.until("visit.linked", 1).await;
    world.push(&with_more("3508")).await;
    world.until("outbound.answered", 1).await;
    let mut due = None;
    world
        .eventually("the news are to be sent again", async || {
            due = sqlx::query_scalar(
                "SELECT due_at FROM es.outbox WHERE state = 'due' AND kind = 'call' ORDER BY due_at LIMIT 1",
            )
            .fetch_optional(&world.pool)
            .await
            .unwrap();
            due.is_some()
        })
        .await;
    let again: DateTime<Utc> = due.unwrap();
    assert!(again - Utc::now() > TimeDelta::seconds(20), "some 30 s later");
    let explained = world.hip(&["explain", "3508"]).await;
    let explained = String::from_utf8_lossy(&explained.stdout).into_owned();
    assert!(explained.contains("ABDM-1006") && explained.contains("news"), "{explained}");
}

#[tokio::test]
async fn news_that_are_refused_for_good_are_a_dead_letter() {
    let (world, _hip) = World::start().await;
    let faults = world.sandbox.faults();
    faults.answer_with_error(Operation::ContextNotify, 1, "ABDM-1057", "Invalid Care Contexts");
    world.push(&visit("3509", true)).await;
    world.until("visit.linked", 1).await;
    world.push(&with_more("3509")).await;
    world.until("outbound.answered", 1).await;
    world.until_idle().await;
    let (_, dead) = world.ask(API_KEY, Method::GET, "/v1/dead-letters", None).await;
    assert!(dead.to_string().contains("context_notify/ABDM-1057"), "{dead}");
}
