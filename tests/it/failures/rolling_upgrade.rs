//! Two versions of the program on one database: the older one starts on the newer schema if that allows it, and
//! leaves to the newer one what only that one knows.
//!
//! With `HIP_EARLIER_BINARY` the binary of an earlier version works beside this one. Without it the newer
//! version is only what it leaves in the database: a migration, a task and events that this one does not know.

use hip_sandbox::Operation;
use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::process::Launch;
use serde_json::{Value, json};
use sqlx::Executor;

/// The migration of a newer program. `oldest` is the migration that programs must at least have from then on.
async fn migrated_by_a_newer_program(world: &World, oldest: Option<i64>) {
    let mut owner = world.database.as_owner().await;
    owner
        .execute(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (9000, 'of a newer program', true, '\\x00', 0)",
        )
        .await
        .unwrap();
    if let Some(oldest) = oldest {
        sqlx::query("UPDATE es.compatibility SET oldest_program = $1")
            .bind(oldest)
            .execute(&mut owner)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_program_starts_on_a_newer_schema_that_still_allows_it() {
    let world = World::create().await;
    migrated_by_a_newer_program(&world, None).await;
    let _hip = world.launch.start().await;
    assert_eq!(world.push(&visit("6201", true)).await.0, 201);
    world.until("visit.linked", 1).await;
}

#[tokio::test]
async fn a_program_that_is_too_old_for_the_schema_says_so_and_does_not_start() {
    let world = World::create().await;
    migrated_by_a_newer_program(&world, Some(9000)).await;
    let said = world.launch.refused().await;
    assert!(said.contains("it needs one that has migration 9000"), "{said}");
}

async fn plan(world: &World, name: &str, request: &[u8]) {
    sqlx::query(
        "INSERT INTO es.outbox (shard, dedupe, stream_id, kind, request) VALUES (0, $1, 'foreseen', 'foreseen', $2)",
    )
    .bind(name)
    .bind(request)
    .execute(&world.pool)
    .await
    .unwrap();
}

async fn task(world: &World, name: &str) -> (String, i32, Option<String>) {
    sqlx::query_as("SELECT state, attempts, last_error FROM es.outbox WHERE dedupe = $1")
        .bind(name)
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_task_of_a_newer_program_is_left_to_it() {
    let (world, _hip) = World::start().await;
    let cause = json!({
        "position": 1, "event_id": "6f1b7f5e-0000-4000-8000-000000000001",
        "correlation": "6f1b7f5e-0000-4000-8000-000000000002", "subject": null,
    });
    let unknown_task = json!({ "task": { "foresee": {} }, "cause": cause, "ordinal": 0 });
    let call = json!({ "foresee": { "transaction": "t" } });
    let call = json!({ "request_id": "6f1b7f5e-0000-4000-8000-000000000003", "call": call });
    let unknown_call = json!({ "task": { "call": call }, "cause": cause, "ordinal": 0 });
    plan(&world, "unknown-task", unknown_task.to_string().as_bytes()).await;
    plan(&world, "unknown-call", unknown_call.to_string().as_bytes()).await;
    plan(&world, "damaged", b"{\"task\":").await;
    for name in ["unknown-task", "unknown-call"] {
        world
            .eventually("the task was looked at", async || task(&world, name).await.2.is_some())
            .await;
        let (state, attempts, reason) = task(&world, name).await;
        assert_eq!((state.as_str(), attempts), ("due", 0), "{name}");
        assert!(reason.unwrap().contains("does not know the task"), "{name}");
    }
    world
        .eventually("the damaged task is given up", async || {
            task(&world, "damaged").await.0 == "dead"
        })
        .await;
}

/// A process of the earlier binary beside that of the world, with its own port.
fn earlier(world: &World, binary: std::ffi::OsString) -> Launch {
    let url = format!("http://127.0.0.1:{}", hip_tests::process::free_port());
    let text = std::fs::read_to_string(&world.launch.config).unwrap();
    let listen = |url: &str| url.trim_start_matches("http://").to_owned();
    let config = world.launch.config.with_file_name("earlier.toml");
    std::fs::write(&config, text.replace(&listen(&world.launch.url), &listen(&url))).unwrap();
    Launch {
        binary: Some(binary.into()),
        config,
        log: world.launch.log.with_file_name("earlier.log"),
        database_url: world.launch.database_url.clone(),
        client_secret: world.launch.client_secret.clone(),
        api_key: world.launch.api_key.clone(),
        url,
        log_level: "info",
        environment: vec![],
    }
}

#[tokio::test]
async fn an_earlier_binary_and_this_one_share_the_work() {
    let Some(binary) = std::env::var_os("HIP_EARLIER_BINARY") else { return };
    let (world, _hip) = World::start().await;
    let _earlier = earlier(&world, binary).start().await;
    for n in 0..50_i64 {
        assert_eq!(world.push(&visit(&format!("63{n:02}"), true)).await.0, 201);
    }
    world.until("visit.linked", 50).await;
    world.until_idle().await;
    let dead: Vec<Value> =
        sqlx::query_scalar("SELECT to_jsonb(o) - 'request' FROM es.outbox o WHERE state = 'dead'")
            .fetch_all(&world.pool)
            .await
            .unwrap();
    assert_eq!(dead, Vec::<Value>::new());
    assert_eq!(world.sandbox.journal().count(Operation::GenerateToken), 1);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}
