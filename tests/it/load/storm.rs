//! Ten thousand callbacks, or two thousand for who waits, each one to three times, in no order, over fifty connections.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hip_infra::postgres::event_store::{Scope, verify};
use hip_sandbox::Operation;
use hip_tests::person::FACILITY;
use hip_tests::{World, size};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use uuid::Uuid;

const CONNECTION_COUNT: usize = 50;

#[derive(Clone)]
struct Message {
    path: &'static str,
    request_id: Uuid,
    body: Value,
}

/// Requests, consents and transactions are numbered apart.
fn id(kind: u32, n: u32) -> Uuid {
    uuid::Builder::from_random_bytes((u128::from(kind) << 64 | u128::from(n)).to_be_bytes())
        .into_uuid()
}

fn message(n: u32) -> Message {
    let (path, body) = match n % 10 {
        0..=4 => ("/api/v3/consent/request/hip/notify", granted(n)),
        // Of the grant that was numbered five before: it may well come first.
        5 | 6 => ("/api/v3/consent/request/hip/notify", revoked(n - 5)),
        7 => ("/api/v3/hip/patient/care-context/discover", discover(n)),
        8 => ("/api/v3/hip/patient/share", share(n)),
        _ => (
            "/api/v3/link/on_carecontext",
            json!({ "status": "Success", "response": { "requestId": id(9, n) } }),
        ),
    };
    Message { path, request_id: id(1, n), body }
}

fn granted(n: u32) -> Value {
    json!({ "notification": {
        "status": "GRANTED",
        "consentId": id(2, n),
        "consentDetail": {
            "consentId": id(2, n),
            "patient": { "id": format!("person.{n}@sbx") },
            "careContexts": [{ "patientReference": "1", "careContextReference": n.to_string() }],
            "hip": { "id": FACILITY },
            "hiu": { "id": "IN0610099900" },
            "hiTypes": ["Prescription"],
            "permission": {
                "dateRange": { "from": "2026-01-01T00:00:00.000Z", "to": "2026-12-31T00:00:00.000Z" },
                "dataEraseAt": "2036-01-01T00:00:00.000Z",
            },
        },
    }})
}

fn revoked(n: u32) -> Value {
    json!({ "notification": { "status": "REVOKED", "consentId": id(2, n) } })
}

fn discover(n: u32) -> Value {
    json!({
        "transactionId": id(3, n),
        "patient": { "id": format!("nobody.{n}@sbx"), "name": "Nobody Here", "gender": "F" },
    })
}

fn share(n: u32) -> Value {
    json!({
        "intent": "PROFILE_SHARE",
        "metaData": { "context": (n / 10 % 7).to_string() },
        "profile": { "patient": { "abhaAddress": format!("person.{n}@sbx"), "name": "Person" } },
    })
}

async fn deliver(world: &World, bearer: &str, deliveries: Vec<Message>) {
    let queue = Arc::new(Mutex::new(deliveries));
    let client = Client::builder().pool_max_idle_per_host(CONNECTION_COUNT).build().unwrap();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTION_COUNT {
        let (queue, client) = (Arc::clone(&queue), client.clone());
        let (url, bearer) = (world.launch.url.clone(), bearer.to_owned());
        senders.spawn(async move {
            loop {
                let Some(message) = queue.lock().await.pop() else { return };
                let request = client
                    .post(format!("{url}{}", message.path))
                    .bearer_auth(&bearer)
                    .header("request-id", message.request_id.to_string())
                    .header("timestamp", "2026-11-01T00:00:00.000Z")
                    .header("x-hip-id", FACILITY)
                    .body(message.body.to_string());
                let status = request.send().await.unwrap().status().as_u16();
                assert_eq!(status, 202, "{}", message.path);
            }
        });
    }
    while let Some(ended) = senders.join_next().await {
        ended.unwrap();
    }
}

/// Returns a bearer of the gateway, which takes all answers from now on.
async fn ready(world: &World) -> String {
    let bearer = world.gateway_bearer().await;
    world.until("inbound.rejected", 1).await;
    // The simulator has asked none of this, and takes the answers all the same.
    for operation in [Operation::ConsentOnNotify, Operation::OnDiscover, Operation::OnShare] {
        world.sandbox.faults().always(operation, 202, Value::Null);
    }
    bearer
}

/// Once it is killed, and once it is stopped, with hundreds of tasks in its memory.
#[tokio::test]
async fn a_process_that_ends_with_its_hands_full_leaves_no_question_open() {
    let count: u32 = size(2_000, 400);
    let (world, hip) = World::start().await;
    let bearer = ready(&world).await;
    let mut messages: Vec<Message> = (0..count).map(message).collect();
    let rest = messages.split_off(messages.len() / 2);
    deliver(&world, &bearer, messages).await;
    hip.kill();
    let hip = world.launch.start().await;
    deliver(&world, &bearer, rest).await;
    assert!(hip.terminate(), "it stops in good order");
    let _hip = world.launch.start().await;

    let answers = i64::from(count) / 10 * 9;
    world.until_within("outbound.accepted", answers, std::time::Duration::from_mins(30)).await;
    world.until_idle().await;
    assert!(world.hip(&["outbox", "check"]).await.status.success(), "an event lacks a task");
    every_revoked_consent_stays_revoked(&world, count).await;
    places_in_the_queue_have_no_gaps(&world, count).await;
    every_question_has_one_answer(&world, answers);
}

#[tokio::test]
async fn every_callback_of_a_storm_has_its_effect_once() {
    let count = size(10_000, 2_000);
    let (world, _hip) = World::start().await;
    let bearer = ready(&world).await;
    let mut rng = StdRng::seed_from_u64(2026);
    let mut deliveries = Vec::new();
    for n in 0..count {
        let times = rng.random_range(1..=3);
        deliveries.extend(std::iter::repeat_n(message(n), times));
    }
    deliveries.shuffle(&mut rng);
    deliver(&world, &bearer, deliveries).await;
    assert_eq!(world.count("inbound.received").await, i64::from(count) + 1);

    let answers = i64::from(count) / 10 * 9;
    world.until_within("outbound.accepted", answers, std::time::Duration::from_mins(60)).await;
    world.until_idle().await;
    assert!(world.hip(&["outbox", "check"]).await.status.success(), "an event lacks a task");
    every_stream_says_each_thing_once(&world).await;
    every_revoked_consent_stays_revoked(&world, count).await;
    places_in_the_queue_have_no_gaps(&world, count).await;
    every_question_has_one_answer(&world, answers);
    let report = verify(&world.pool, Scope::CHAIN, |_| {}).await.unwrap();
    assert!(report.broken.is_none(), "the chain is not whole");
}

/// No event twice in one stream, but for the counters, which give out many tokens.
async fn every_stream_says_each_thing_once(world: &World) {
    let doubled: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT 1 FROM es.event WHERE event_type NOT LIKE 'profile_share.%' \
          GROUP BY stream_id, event_type HAVING count(*) > 1) doubled",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(doubled, 0);
}

async fn every_revoked_consent_stays_revoked(world: &World, count: u32) {
    let counts: (i64, i64) = sqlx::query_as(
        "SELECT count(*) FILTER (WHERE status = 'revoked'), count(*) FILTER (WHERE status = 'granted') \
           FROM hip.consent",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(counts, (i64::from(count) / 5, i64::from(count) * 3 / 10));
}

async fn places_in_the_queue_have_no_gaps(world: &World, count: u32) {
    let bodies: Vec<(String, Vec<u8>)> = sqlx::query_as(
        "SELECT stream_id, body FROM es.event WHERE event_type = 'profile_share.token_issued'",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    assert_eq!(bodies.len(), count as usize / 10);
    let mut counters: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
    for (counter, body) in bodies {
        let (length, rest) = body.split_first_chunk::<4>().unwrap();
        let clear = &rest[..u32::from_be_bytes(*length) as usize];
        let event: Value = serde_json::from_slice(clear).unwrap();
        let number = event["profile_share.token_issued"]["token"]["number"].as_u64().unwrap();
        assert!(counters.entry(counter).or_default().insert(number), "a number was given twice");
    }
    for numbers in counters.values() {
        assert_eq!(numbers.last().copied(), Some(numbers.len() as u64));
    }
}

fn every_question_has_one_answer(world: &World, answers: i64) {
    // A call that is made again, because its answer was slow, carries the same id.
    let mut answered: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for entry in world.sandbox.journal().snapshot() {
        if let Some(question) = entry.body["response"]["requestId"].as_str()
            && entry.operation.is_some()
        {
            let call = entry.request_id.clone().unwrap_or_default();
            answered.entry(question.to_owned()).or_default().insert(call);
        }
    }
    assert!(answered.values().all(|calls| calls.len() == 1), "a question was answered twice");
    assert_eq!(i64::try_from(answered.len()).unwrap(), answers);
}
