//! What may leave because of a replay, and under which id.

use std::sync::Arc;

use hip_sandbox::{Entry, Operation};
use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::process::HipProcess;
use hip_tests::world::{API_KEY, PATIENCE};
use reqwest::Method;
use serde_json::{Value, json};

use crate::operations::replay::{ask, with_a_visit};

/// The answers to discoveries that the gateway has heard, in order.
fn answers(world: &World) -> Vec<Arc<Entry>> {
    let entries = world.sandbox.journal().snapshot().into_iter();
    entries.filter(|entry| entry.operation == Some(Operation::OnDiscover)).collect()
}

fn ids(answers: &[Arc<Entry>]) -> Vec<String> {
    answers.iter().map(|answer| answer.header("request-id").unwrap().to_owned()).collect()
}

/// A discovery that was answered.
async fn answered() -> (World, HipProcess, String) {
    let (world, hip) = with_a_visit().await;
    let request = ask(&world).await;
    world.answer(Operation::OnDiscover, &request).await;
    world.until_shown(&request, "interpreted").await;
    world.until_idle().await;
    (world, hip, request)
}

#[tokio::test]
async fn an_answer_whose_fate_is_unknown_goes_out_again_under_its_own_id() {
    let (world, hip) = with_a_visit().await;
    // The gateway has taken it, and we were killed before we heard so.
    let hold = world.sandbox.faults().hold_after(Operation::OnDiscover, 1);
    let request = ask(&world).await;
    hold.caught(PATIENCE).await.unwrap();
    hip.kill();
    hold.release();
    // And the task is lost, as after the restore of a backup that has the log and not the rest.
    let mut owner = world.database.as_owner().await;
    let lost = "UPDATE es.outbox SET state = 'dead' WHERE kind = 'call' AND state = 'due'";
    let lost = sqlx::query(lost).execute(&mut owner).await.unwrap();
    assert_eq!(lost.rows_affected(), 1);
    let _hip = world.launch.start().await;
    world.until_shown(&request, "interpreted").await;
    world.until_idle().await;
    assert_eq!(answers(&world).len(), 1);

    let items = world.replay(&[&request], "safe").await;
    assert_eq!((&items[0]["outcome"], &items[0]["resent"]), (&json!("completed"), &json!(1)));
    let ids = ids(&answers(&world));
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], ids[1], "who has had it knows the id");
    assert_eq!(world.count("outbound.accepted").await, 1);
}

#[tokio::test]
async fn an_answer_that_was_refused_goes_out_under_a_new_id() {
    let (world, _hip) = with_a_visit().await;
    let refusal = json!({ "error": { "code": "ABDM-1006", "message": "bad" } });
    world.sandbox.faults().refuse(Operation::OnDiscover, 1, 400, refusal);
    let request = ask(&world).await;
    world.until("outbound.abandoned", 1).await;
    world.until_idle().await;
    let dead = world.look("/v1/dead-letters").await;
    let cause = "call/on_discover/ABDM-1006";
    assert_eq!(dead["groups"][0]["cause"], cause, "{dead:#}");

    let order = world.order(json!({ "where": { "cause": cause } })).await;
    world.until_order(&order, "completed").await;
    world.answer(Operation::OnDiscover, &request).await;
    world.until("outbound.accepted", 1).await;
    world.until_idle().await;
    let ids = ids(&answers(&world));
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1], "to that id the peer has said no");
    assert_eq!(world.look("/v1/dead-letters").await["groups"], json!([]));
}

#[tokio::test]
async fn only_an_order_for_everything_repeats_an_accepted_answer() {
    let (world, _hip, request) = answered().await;
    let items = world.replay(&[&request], "safe").await;
    assert_eq!(items[0]["resent"], 0);
    assert_eq!(answers(&world).len(), 1);
    let items = world.replay(&[&request], "all").await;
    assert_eq!(items[0]["resent"], 1);
    let ids = ids(&answers(&world));
    assert_eq!(ids.len(), 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn nothing_leaves_where_only_facts_are_wanted() {
    let (world, hip) = with_a_visit().await;
    assert!(hip.terminate());
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let strict = config.replacen("[gateway]\n", "[gateway]\nlateness_s_max = -1\n", 1);
    std::fs::write(&world.launch.config, strict).unwrap();
    let _hip = world.launch.start().await;
    let request = ask(&world).await;
    world.until_shown(&request, "rejected").await;

    world.replay(&[&request], "projections").await;
    assert_eq!(world.count("discovery.patient_matched").await, 1, "the facts are there");
    assert_eq!(world.count("outbound.suppressed").await, 1, "and what was owed is noted");
    assert_eq!(answers(&world).len(), 0);

    // Later it may leave after all.
    let items = world.replay(&[&request], "safe").await;
    assert_eq!(items[0]["resent"], 1);
    world.answer(Operation::OnDiscover, &request).await;
    assert_eq!(world.count("discovery.patient_matched").await, 1);
}

async fn dry_run(world: &World, request: &str, policy: &str) -> Value {
    let wish = json!({ "requests": [request], "policy": policy, "dryRun": true });
    let (status, body) = world.ask(API_KEY, Method::POST, "/v1/replays", Some(&wish)).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["selected"], 1);
    body["rehearsed"][0].clone()
}

#[tokio::test]
async fn a_dry_run_shows_what_would_leave_and_how_it_differs_and_writes_nothing() {
    let (world, _hip, request) = answered().await;
    let first = ids(&answers(&world));
    // The patient is called otherwise since.
    let mut amended = visit("3001", false);
    amended["eventId"] = json!("6f1b7f5e-0000-4000-8000-00000000aaaa");
    amended["beneficiary"]["name"] = json!("Kavya Menon");
    assert_eq!(world.push(&amended).await.0, 201);
    world.until_idle().await;
    let head = world.log.head().await.unwrap();

    let shown = dry_run(&world, &request, "safe").await;
    assert_eq!((&shown["calls"], &shown["done"]["resent"]), (&json!([]), &json!(0)), "{shown:#}");
    let shown = dry_run(&world, &request, "all").await;
    assert_eq!(shown["done"]["outcome"], "completed", "{shown:#}");
    let call = &shown["calls"][0];
    assert_eq!((&call["kind"], &call["sameId"]), (&json!("on_discover"), &json!(false)));
    assert_eq!(call["sentBefore"], first[0]);
    let differences = call["differences"].as_array().unwrap();
    assert!(!differences.is_empty(), "{shown:#}");
    for one in differences {
        let path = one["path"].as_str().unwrap();
        assert!(path.ends_with(".display") && one["how"] == "changed", "{one}");
    }
    let text = shown.to_string();
    assert!(!text.contains("Kavya") && !text.contains("Menon"), "{text}");
    let looks = world.count("access.listed").await;
    let written = world.log.head().await.unwrap() - head;
    assert_eq!(written, looks, "nothing was written but who has looked");
    assert_eq!(answers(&world).len(), 1, "nothing has left");

    // What is shown is what then happens.
    world.replay(&[&request], "all").await;
    let last = answers(&world).pop().unwrap();
    assert_eq!(last.header("request-id").unwrap(), call["requestId"]);
    assert_eq!(last.body["patient"][0]["display"], "Kavya Menon");
}
