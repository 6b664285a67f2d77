//! Orders are held, ended and followed, whatever dies meanwhile.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use hip_commands::inbox::callbacks::CurrentInterpreter;
use hip_commands::inbox::receive::{self, VerifiedCallback};
use hip_domain::id::{FacilityId, RequestId};
use hip_domain::inbound::{ApiVersion, BearerCheck, CallbackKind, RawCallback};
use hip_tests::earlier_version::ports;
use hip_tests::person::FACILITY;
use hip_tests::world::API_KEY;
use hip_tests::{World, size};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::operations::replay::DISCOVER;

/// Hands of one worker.
const SLOT_COUNT: i64 = 4;

/// A world whose log holds messages of which each is closed as failed: they say nothing.
async fn with_messages(count: u128) -> World {
    let world = World::create_with(&format!("concurrency = {SLOT_COUNT}\n")).await;
    let (ports, _log) = ports(&world, Arc::new(CurrentInterpreter)).await;
    let message = |n: u128| VerifiedCallback {
        kind: CallbackKind::Discover,
        api: ApiVersion::V3,
        named: None,
        facility: FacilityId::parse(FACILITY).unwrap(),
        request_id: RequestId(Uuid::from_u128(0x6f1b_7f5e_0000_4000_8000_0000_0000_0000 + n)),
        sent_at: None,
        bearer: BearerCheck { key_id: "k".to_owned(), issuer: None, late_by_s: 0 },
        raw: RawCallback { path: DISCOVER.to_owned(), headers: vec![], body: "{}".to_owned() },
    };
    let stored = stream::iter((1..=count).map(|n| receive::receive(&ports, message(n))));
    let stored: Vec<_> = stored.buffer_unordered(200).collect().await;
    assert!(stored.iter().all(Result::is_ok));
    world
}

/// Waits until the read model shows that many messages.
async fn until_selected(world: &World, count: i64) {
    loop {
        let shown: i64 = sqlx::query_scalar("SELECT count(*) FROM hip.callback")
            .fetch_one(&world.pool)
            .await
            .unwrap();
        if shown == count {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn position_of(world: &World, event: &str) -> i64 {
    sqlx::query_scalar("SELECT max(position) FROM es.event WHERE event_type = $1")
        .bind(event)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

/// Items that were begun after a position.
async fn begun_after(world: &World, position: i64) -> i64 {
    sqlx::query_scalar(
        "SELECT count(*) FROM es.event WHERE event_type = 'inbound.replay_requested' AND position > $1",
    )
    .bind(position)
    .fetch_one(&world.pool)
    .await
    .unwrap()
}

#[tokio::test]
async fn orders_are_listed_page_by_page_the_newest_first() {
    let world = with_messages(1).await;
    let _hip = world.launch.start().await;
    until_selected(&world, 1).await;
    let wish = json!({ "where": { "kind": "discover" } });
    let mut given = Vec::new();
    for _ in 0..5 {
        given.push(world.order(wish.clone()).await);
    }
    given.reverse();
    let (mut shown, mut path) = (Vec::new(), "/v1/replays?limit=2".to_owned());
    loop {
        let page = world.look(&path).await;
        let items = page["items"].as_array().unwrap();
        assert!((1..=2).contains(&items.len()), "{page}");
        shown.extend(items.iter().map(|item| item["replayId"].as_str().unwrap().to_owned()));
        // Newer than all of them: it belongs before the first page.
        world.order(wish.clone()).await;
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/v1/replays?limit=2&cursor={next}");
    }
    assert_eq!(shown, given);
    let get = Method::GET;
    assert_eq!(world.ask(API_KEY, get, "/v1/replays?cursor=after-this", None).await.0, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_of_thousands_is_in_force_within_one_item_a_slot() {
    let count: u32 = size(10_000, 2_000);
    let world = with_messages(count.into()).await;
    let _hip = world.launch.start().await;
    let _second = world.launch.start_worker();
    until_selected(&world, count.into()).await;
    let order = world.order(json!({ "where": { "kind": "discover" } })).await;
    world.until("inbound.replay_requested", 50).await;
    let shown = world.wish(&order, "cancel").await;
    assert_eq!((&shown["state"], &shown["items"]), (&json!("cancelled"), &json!(count)));
    let cancelled_at = position_of(&world, "replay.cancelled").await;
    // Workers finish the items that they hold; then wait for workers that would not have seen the cancel.
    let done = || async { world.look(&format!("/v1/replays/{order}")).await["due"].clone() };
    let mut due = done().await;
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let now = done().await;
        if now == due {
            break;
        }
        due = now;
    }
    world
        .eventually("what was begun is ended and counted", async || {
            let due = done().await.as_i64().unwrap();
            world.count("inbound.replay_requested").await == i64::from(count) - due
        })
        .await;
    let late = begun_after(&world, cancelled_at).await;
    assert!(late <= 2 * SLOT_COUNT, "{late} items were begun after the cancel");
    assert!(done().await.as_i64().unwrap() > 0, "the cancel came when nothing was left");
}

/// Each message was replayed once by the order, and closed once.
async fn assert_each_once(world: &World, count: i64) {
    let (begun, streams): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT stream_id) FROM es.event \
          WHERE event_type = 'inbound.replay_requested'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!((begun, streams), (count, count));
    let ended: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.event e JOIN es.event r ON r.event_id = e.causation_id \
          WHERE e.event_type = 'inbound.failed' AND r.event_type = 'inbound.replay_requested'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(ended, count);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_of_a_killed_worker_is_finished_by_another() {
    let world = with_messages(200).await;
    let doors = world.launch.start().await;
    until_selected(&world, 200).await;
    world.until("inbound.failed", 200).await;
    assert!(doors.terminate());
    let _doors = world.launch.start_doors().await;
    let order = world.order(json!({ "where": { "kind": "discover" } })).await;
    for begun in [20, 60, 100] {
        let worker = world.launch.start_worker();
        world.until("inbound.replay_requested", begun).await;
        worker.kill();
    }
    let _last = world.launch.start_worker();
    let over = world.until_order(&order, "completed").await;
    assert_eq!((&over["failed"], &over["due"]), (&json!(200), &json!(0)));
    assert_each_once(&world, 200).await;
}

async fn turn(world: &World, stopped: bool) {
    let wish = json!({ "stopped": stopped });
    let answer = world.ask(API_KEY, Method::POST, "/v1/replay-switch", Some(&wish)).await;
    assert_eq!(answer, (200, wish));
}

/// Nothing more is begun; how many items were.
async fn standstill(world: &World) -> i64 {
    let mut before = -1;
    loop {
        let now = world.count("inbound.replay_requested").await;
        if now == before {
            return now;
        }
        before = now;
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_held_goes_on_and_is_stopped_with_all_others() {
    let world = with_messages(120).await;
    let hip = world.launch.start().await;
    until_selected(&world, 120).await;
    world.until("inbound.failed", 120).await;
    world.until_idle().await;
    let wish = json!({ "where": { "kind": "discover" }, "ratePerSecond": 20 });
    let order = world.order(wish).await;
    world.until("inbound.replay_requested", 5).await;
    world.wish(&order, "pause").await;
    let paused_at = position_of(&world, "replay.paused").await;
    let held = standstill(&world).await;
    assert!(held < 120 && begun_after(&world, paused_at).await <= SLOT_COUNT);

    // The switch outlives the process, and is above the order's own state.
    turn(&world, true).await;
    world.wish(&order, "resume").await;
    assert!(hip.terminate());
    let _hip = world.launch.start().await;
    assert_eq!(standstill(&world).await, held);
    assert_eq!(world.look("/v1/replay-switch").await, json!({ "stopped": true }));
    turn(&world, false).await;
    world.until_order(&order, "completed").await;
    assert_each_once(&world, 120).await;
}

#[tokio::test]
async fn an_order_is_given_once_under_its_key_and_says_what_does_not_fit() {
    let world = with_messages(1).await;
    let _hip = world.launch.start().await;
    until_selected(&world, 1).await;
    let wish = json!({ "where": { "kind": "discover" } }).to_string();
    let mut ids = Vec::new();
    for _ in 0..2 {
        let client = reqwest::Client::builder().build().unwrap();
        let request = client.post(format!("{}/v1/replays", world.launch.url)).bearer_auth(API_KEY);
        let request = request.header("idempotency-key", "one").body(wish.clone());
        let response = request.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(response.status(), 202);
        ids.push(response.json::<Value>().await.unwrap()["id"].clone());
    }
    assert_eq!(ids[0], ids[1]);
    world.until("replay.completed", 1).await;
    assert_eq!(world.count("replay.ordered").await, 1);
    for (wish, path) in [
        (json!({}), "requests"),
        (json!({ "where": {}, "ratePerSecond": 0 }), "ratePerSecond"),
        (json!({ "where": {}, "why": "x".repeat(201) }), "why"),
        (json!({ "where": {}, "why": "asked for by kavya.n90@sbx" }), "why"),
    ] {
        let (status, body) = world.ask(API_KEY, Method::POST, "/v1/replays", Some(&wish)).await;
        assert_eq!((status, &body["errors"][0]["path"]), (422, &json!(path)), "{body}");
    }
}

#[tokio::test]
async fn the_command_line_finds_replays_and_holds() {
    let world = with_messages(3).await;
    let _hip = world.launch.start().await;
    until_selected(&world, 3).await;
    world.until("inbound.failed", 3).await;
    world.until_idle().await;
    let url = world.launch.url.clone();
    let hip = async |arguments: &[&str]| {
        let mut arguments = arguments.to_vec();
        arguments.extend(["--url", &url]);
        let output = world.hip(&arguments).await;
        let text = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), text, String::from_utf8(output.stderr).unwrap())
    };
    let (code, dead, _) = hip(&["callbacks", "dead"]).await;
    assert_eq!(code, 0);
    assert!(dead.contains("3 × callback/discover/failed/."), "{dead}");
    for command in [["dead", "--facility", "IN0610099002"], ["list", "--status", "interpreted"]] {
        let (code, shown, said) = hip(&[&["callbacks"][..], &command].concat()).await;
        assert_eq!((code, shown.as_str(), said.trim()), (0, "", "there is none"), "{command:?}");
        let for_scripts = hip(&[&["callbacks"][..], &command, &["--json"]].concat()).await;
        assert_eq!(for_scripts, (0, String::new(), String::new()), "{command:?}");
    }
    let (_, groups, _) = hip(&["callbacks", "dead", "--json"]).await;
    let group: Value = serde_json::from_str(&groups).unwrap();
    let cause = group["cause"].as_str().unwrap();
    let (code, shown, _) = hip(&["replay", "--cause", cause, "--dry-run"]).await;
    assert!(code == 0 && shown.contains("3 of 3 items shown; nothing was done"), "{shown}");
    assert_eq!(world.count("inbound.replay_requested").await, 0);
    let (code, shown, error) = hip(&["replay", "--cause", cause, "--rate", "50/s", "--wait"]).await;
    assert_eq!(code, 1, "they fail again: {shown} {error}");
    assert!(shown.contains("3 failed"), "{shown}");
    let (code, listed, _) = hip(&["callbacks", "list", "--status", "failed", "--json"]).await;
    assert_eq!(code, 0);
    let one: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let (code, shown, _) = hip(&["callbacks", "show", one["requestId"].as_str().unwrap()]).await;
    assert!(code == 0 && shown.contains("inbound.replay_requested"), "{shown}");
    let (code, listed, _) = hip(&["replay", "tasks", "list"]).await;
    assert!(code == 0 && listed.contains("completed"), "{listed}");
    assert_eq!(hip(&["replay", "tasks", "stop-all"]).await.1.trim(), "no replay goes on");
    assert_eq!(hip(&["replay", "tasks", "allow-all"]).await.1.trim(), "replays go on");
    let nobody = "6f1b7f5e-0000-4000-8000-0000000fffff";
    assert_eq!(hip(&["callbacks", "replay", nobody]).await.0, 1);
    assert_eq!(hip(&["replay"]).await.0, 2, "it says nothing of which");
}
