//! `Idempotency-Key`: once is once, whatever the caller repeats.

use hip_infra::config::key_sha256;
use hip_tests::World;
use hip_tests::patience::Patient as _;
use hip_tests::person::visit;
use hip_tests::world::{API_KEY, key_of};
use reqwest::Client;
use serde_json::{Value, json};

struct Answer {
    status: u16,
    is_replayed: bool,
    location: Option<String>,
    body: Value,
}

async fn send(world: &World, key: &str, path: &str, idempotency_key: &str, body: &Value) -> Answer {
    let response = Client::builder()
        .build()
        .unwrap()
        .post(format!("{}{path}", world.launch.url))
        .bearer_auth(key)
        .header("content-type", "application/json")
        .header("idempotency-key", idempotency_key)
        .body(body.to_string())
        .patiently()
        .await
        .unwrap();
    let header =
        |name: &str| response.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    Answer {
        status: response.status().as_u16(),
        is_replayed: header("idempotency-replayed").is_some(),
        location: header("location"),
        body: response.json().await.unwrap_or_default(),
    }
}

#[tokio::test]
async fn the_same_request_is_done_once_and_answered_alike() {
    let (world, _hip) = World::start().await;
    world.push(&visit("8101", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    let link = json!({ "visitCode": "8101" });
    let first = send(&world, API_KEY, "/v1/links", "k-1", &link).await;
    assert_eq!((first.status, first.is_replayed), (202, false));
    world.until_idle().await;
    let head = world.log.head().await.unwrap();
    // Quoted, as the draft has it, it is the same key.
    for key in ["k-1", "\"k-1\""] {
        let again = send(&world, API_KEY, "/v1/links", key, &link).await;
        assert_eq!((again.status, again.is_replayed), (202, true));
        assert_eq!((again.location, again.body), (first.location.clone(), first.body.clone()));
    }
    world.until_idle().await;
    assert_eq!(world.log.head().await.unwrap(), head, "nothing was done again");
    // A push, too, though it needs none: 201 and not the 200 of a push that is known.
    let document = visit("8102", false);
    for (status, is_replayed) in [(201, false), (201, true)] {
        let answer = send(&world, API_KEY, "/v1/visits", "k-2", &document).await;
        assert_eq!((answer.status, answer.is_replayed), (status, is_replayed));
    }
    assert_eq!(world.push(&document).await.0, 200);
}

#[tokio::test]
async fn a_key_is_for_one_request_of_one_client() {
    let digest = key_sha256(&key_of("other"));
    let other =
        format!("[[client]]\nname = \"other\"\nroles = [\"emr\"]\nkey_sha256 = {digest:?}\n");
    let (world, _hip) = World::start_with(&other).await;
    assert_eq!(send(&world, API_KEY, "/v1/visits", "k", &visit("8101", false)).await.status, 201);
    let other = send(&world, API_KEY, "/v1/visits", "k", &visit("8102", false)).await;
    assert_eq!(other.status, 409);
    assert_eq!(other.body["type"], "urn:hip:problem:idempotency-key-reused");
    let link = send(&world, API_KEY, "/v1/links", "k", &json!({ "visitCode": "8101" })).await;
    assert_eq!(link.status, 409, "another route is another request");
    assert_eq!(world.count("visit.recorded").await, 1);
    let others = send(&world, &key_of("other"), "/v1/visits", "k", &visit("8102", false)).await;
    assert_eq!((others.status, others.is_replayed), (201, false), "each client has its own keys");
    // A refusal is an answer like any other.
    let broken = json!({ "visit": {} });
    for is_replayed in [false, true] {
        let refused = send(&world, API_KEY, "/v1/visits", "k-2", &broken).await;
        assert_eq!((refused.status, refused.is_replayed), (422, is_replayed));
    }
    for key in ["", "a b", "\u{e9}", &"k".repeat(129)] {
        let refused = send(&world, API_KEY, "/v1/visits", key, &visit("8103", false)).await;
        assert_eq!(refused.status, 400, "{key:?}");
    }
    let stranger = send(&world, "nobody", "/v1/visits", "k-3", &visit("8103", false)).await;
    assert_eq!(stranger.status, 401);
    let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM hip.idempotency")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(kept, 3, "nothing of a stranger's is kept");
}

#[tokio::test]
async fn of_many_at_the_same_time_one_is_done() {
    let (world, _hip) = World::start().await;
    let document = visit("8101", false);
    let world = std::sync::Arc::new(world);
    let mut pushes = tokio::task::JoinSet::new();
    for _ in 0..12 {
        let (world, document) = (std::sync::Arc::clone(&world), document.clone());
        pushes.spawn(async move { send(&world, API_KEY, "/v1/visits", "k", &document).await });
    }
    let answers = pushes.join_all().await;
    let fresh = answers.iter().filter(|answer| answer.status == 201 && !answer.is_replayed).count();
    assert_eq!(fresh, 1);
    for answer in &answers {
        let is_known = answer.status == 201 || answer.body["type"] == "urn:hip:problem:in-progress";
        assert!(is_known, "{} {}", answer.status, answer.body);
    }
}

#[tokio::test]
async fn an_answer_has_its_time_and_a_lost_one_is_made_again() {
    let (world, _hip) = World::start().await;
    let document = visit("8101", false);
    assert_eq!(send(&world, API_KEY, "/v1/visits", "k", &document).await.status, 201);
    let pool = &world.pool;
    let change = |sql: &'static str| async move { sqlx::query(sql).execute(pool).await.unwrap() };
    // As if its process had been killed while it answered.
    change("UPDATE hip.idempotency SET status = NULL, body = NULL").await;
    assert_eq!(send(&world, API_KEY, "/v1/visits", "k", &document).await.status, 409);
    change("UPDATE hip.idempotency SET claimed_until = now() - interval '1 second'").await;
    let again = send(&world, API_KEY, "/v1/visits", "k", &document).await;
    assert_eq!((again.status, again.is_replayed), (200, false), "the visit is in the log");
    change("UPDATE hip.idempotency SET expires_at = now() - interval '1 second'").await;
    assert_eq!(send(&world, API_KEY, "/v1/visits", "k", &visit("8102", false)).await.status, 201);
    // Each request removes expired answers.
    change("UPDATE hip.idempotency SET expires_at = now() - interval '1 second'").await;
    assert_eq!(send(&world, API_KEY, "/v1/visits", "k-2", &document).await.status, 200);
    let keys: Vec<String> =
        sqlx::query_scalar("SELECT key FROM hip.idempotency").fetch_all(&world.pool).await.unwrap();
    assert_eq!(keys, ["k-2"]);
}
