//! The stores beside the log are emptied, or away, while the provider works: callbacks are answered,
//! transfers arrive, and afterwards everything is there that the log says.

use std::time::{Duration, Instant};

use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, KeyFormat};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::servers::{mongo_database, mongo_url, redis_url};
use hip_tests::world::PATIENCE;
use mongodb::bson::{Document, doc};

/// A world on a Mongo and a Redis of its own; `None` if the run goes without them.
async fn world() -> Option<World> {
    let (mongo, redis) = (mongo_url().await?, redis_url()?);
    let prefix = hip_tests::servers::unique_name();
    let sections = format!("[link_tokens]\nkey_prefix = \"{prefix}:\"\n");
    let mut world = World::create_with(&sections).await;
    world.launch.environment = vec![("MONGODB_URL", mongo), ("REDIS_URL", redis)];
    Some(world)
}

fn store<'w>(world: &'w World, name: &str) -> &'w str {
    &world.launch.environment.iter().find(|(known, _)| *known == name).unwrap().1
}

/// Documents that AMRIT or an auditor would find.
async fn resources(world: &World) -> u64 {
    let database = mongo_database(store(world, "MONGODB_URL")).await;
    let live = doc! { "documentId": { "$exists": true } };
    database.collection::<Document>("Amrit_Resource").count_documents(live).await.unwrap()
}

async fn until_resources(world: &World, count: u64) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = resources(world).await;
        if found == count {
            return;
        }
        assert!(Instant::now() < deadline, "{found} documents instead of {count}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn documents_in_the_log(world: &World) -> u64 {
    let count: i64 = sqlx::query_scalar(
        "SELECT coalesce(sum(jsonb_array_length(documents)), 0)::bigint FROM hip.visit",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    count.unsigned_abs()
}

#[tokio::test]
async fn a_mongo_that_was_dropped_and_a_redis_that_was_flushed_are_filled_again() {
    let Some(world) = world().await else { return };
    let _hip = world.launch.start().await;
    for n in 0..10 {
        world.push(&visit(&format!("51{n:02}"), true)).await;
    }
    world.until("visit.linked", 5).await;
    let database = mongo_database(store(&world, "MONGODB_URL")).await;
    database.drop().await.unwrap();
    flush(&world).await;
    for n in 10..20 {
        world.push(&visit(&format!("51{n:02}"), true)).await;
    }
    world.until("visit.linked", 20).await;
    world.until_idle().await;
    until_resources(&world, documents_in_the_log(&world).await).await;
    world.until_idle().await;
    assert_eq!(world.count("link_token.issued").await, 1, "a lost token is read from the log");
    // What lies in the stores is what a fold of the whole log gives.
    world.rebuild_all().await;
    assert_eq!(resources(&world).await, documents_in_the_log(&world).await);
    assert!(tokens_at_hand(&world).await > 0, "the cache is filled again");
}

/// Removes what this world has in the Redis that all tests share.
async fn flush(world: &World) {
    for key in keys(world).await {
        redis(world, &["DEL", &key]).await;
    }
}

/// Keys of tokens: the one that says which generation is read is none.
async fn tokens_at_hand(world: &World) -> usize {
    keys(world).await.iter().filter(|key| !key.ends_with(":live")).count()
}

async fn keys(world: &World) -> Vec<String> {
    let config = std::fs::read_to_string(&world.launch.config).unwrap();
    let prefix = config.split("key_prefix = \"").nth(1).unwrap().split('"').next().unwrap();
    let listed = redis(world, &["KEYS", &format!("{prefix}*")]).await;
    listed.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Redis's own client: another program's view.
async fn redis(world: &World, arguments: &[&str]) -> String {
    let mut command = tokio::process::Command::new("redis-cli");
    let output = command.args(["-u", store(world, "REDIS_URL")]).args(arguments).output().await;
    String::from_utf8(output.unwrap().stdout).unwrap()
}

#[tokio::test]
async fn with_both_stores_away_the_whole_job_is_done_and_what_they_missed_follows() {
    let Some(mut world) = world().await else { return };
    let there = world.launch.environment.clone();
    // Ports on which nobody listens.
    world.launch.environment = vec![
        ("MONGODB_URL", "mongodb://127.0.0.1:9/away?serverSelectionTimeoutMS=500".to_owned()),
        ("REDIS_URL", "redis://127.0.0.1:9".to_owned()),
    ];
    let hip = world.launch.start().await;
    world.push(&visit("5201", true)).await;
    world.until("visit.linked", 1).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, KeyFormat::ALL[0]);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"));
    assert!(hip.terminate(), "a store that is away does not keep the provider from stopping");

    world.launch.environment = there;
    let _hip = world.launch.start().await;
    until_resources(&world, documents_in_the_log(&world).await).await;
    world.until_idle().await;
    world.rebuild_all().await;
}

/// The memory of a process begins empty. Tokens are read from the log when they are wanted, not all at a start.
#[tokio::test]
async fn without_redis_a_restart_does_not_read_the_log_from_its_beginning() {
    let world = World::create().await;
    let hip = world.launch.start().await;
    world.push(&visit("5301", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    assert!(hip.terminate());

    let _hip = world.launch.start().await;
    world.push(&visit("5302", true)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    assert_eq!(world.count("link_token.issued").await, 1, "the token is read from the log");
    let log = std::fs::read_to_string(&world.launch.log).unwrap();
    assert!(!log.contains("the store has lost data that was written"), "a reader was rewound");
}
