//! An event that a read model cannot apply is put aside with what follows it in its stream; the rest
//! goes on, and what was put aside is applied in order when it can be.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hip_commands::port::Log;
use hip_commands::port::log::{Actor, Append, Expected, NewEvent, Origin};
use hip_domain::stream::StreamId;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_tests::World;
use hip_tests::person::visit;
use hip_tests::world::PATIENCE;
use serde_json::{Value, json};
use sqlx::Executor;
use uuid::Uuid;

async fn status(world: &World, name: &str) -> Value {
    let output = world.hip(&["projection", "status", "--json"]).await;
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut all = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
    all.find(|one| one["name"] == name).unwrap()
}

async fn until(world: &World, name: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let reader = status(world, name).await;
        if is_so(&reader) {
            return reader;
        }
        assert!(Instant::now() < deadline, "{reader:#}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A visit that the table does not take.
async fn refuse(world: &World, code: &str) {
    let mut owner = world.database.as_owner().await;
    let check = format!("ALTER TABLE hip.visit ADD CONSTRAINT odd CHECK (visit_code <> '{code}')");
    owner.execute(sqlx::AssertSqlSafe(check)).await.unwrap();
}

async fn refuse_no_more(world: &World) {
    world
        .database
        .as_owner()
        .await
        .execute("ALTER TABLE hip.visit DROP CONSTRAINT odd")
        .await
        .unwrap();
}

#[tokio::test]
async fn an_event_that_cannot_be_applied_is_parked_and_applied_in_order_later() {
    let (world, _hip) = World::start().await;
    refuse(&world, "4501").await;
    for code in ["4501", "4502"] {
        world.push(&visit(code, true)).await;
    }
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    assert_eq!(world.show("4502").await["linked"], true, "others go on");
    let shown: i64 = sqlx::query_scalar("SELECT count(*) FROM hip.visit WHERE visit_code = '4501'")
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert_eq!(shown, 0);
    let visits = status(&world, "visit").await;
    assert_eq!(visits["state"], "live");
    // It was recorded, built and linked: one cannot be applied, the others wait behind it.
    let of_stream: i64 = sqlx::query_scalar("SELECT count(*) FROM es.event WHERE stream_id = $1")
        .bind(visits["parkedEvents"][0]["stream"].as_str().unwrap())
        .fetch_one(&world.pool)
        .await
        .unwrap();
    assert!(of_stream >= 3);
    assert_eq!(visits["parked"], of_stream);
    assert_eq!(visits["parkedEvents"].as_array().unwrap().len(), 1, "{visits:#}");
    assert_eq!(visits["parkedEvents"][0]["reason"], "database error 23514");
    assert_eq!(visits["parkedEvents"][0]["attempts"], 3);
    assert_eq!(status(&world, "care_context").await["parked"], 0);

    let vain = world.hip(&["projection", "unpark", "visit"]).await;
    assert_eq!(vain.status.code(), Some(1));
    assert_eq!(status(&world, "visit").await["parkedEvents"][0]["attempts"], 4);

    refuse_no_more(&world).await;
    let unparked = world.hip(&["projection", "unpark", "visit"]).await;
    assert_eq!(unparked.status.code(), Some(0), "{unparked:?}");
    let shown = world.show("4501").await;
    assert_eq!(shown["linked"], true);
    assert_ne!(shown["documents"], json!([]));
    assert_eq!(status(&world, "visit").await["parked"], 0);
    world.rebuild_all().await;
    let unknown = world.hip(&["projection", "unpark", "vizit"]).await;
    assert_eq!(unknown.status.code(), Some(3));
}

#[tokio::test]
async fn a_rebuild_decides_anew_what_is_put_aside() {
    let (world, _hip) = World::start().await;
    refuse(&world, "4601").await;
    world.push(&visit("4601", true)).await;
    world.push(&visit("4602", true)).await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    // The next generation has the same constraint.
    let rebuilt = world.hip_json(&["projection", "rebuild", "visit", "--json"]).await;
    assert_eq!(rebuilt[0]["same"], true, "{rebuilt:#?}");
    assert_eq!(rebuilt[0]["parked"], status(&world, "visit").await["parked"]);
    assert_ne!(rebuilt[0]["parked"], 0);
    refuse_no_more(&world).await;
    let rebuilt = world.hip_json(&["projection", "rebuild", "visit", "--json"]).await;
    // Both generations may hold the same: a process that takes over the live one retries its parked events.
    assert_eq!(rebuilt[0]["parked"], 0, "{rebuilt:#?}");
    assert_eq!(status(&world, "visit").await["parked"], 0);
    assert_eq!(world.show("4601").await["linked"], true);
    let left: i64 =
        sqlx::query_scalar("SELECT count(*) FROM es.parked").fetch_one(&world.pool).await.unwrap();
    assert_eq!(left, 0, "what earlier generations had put aside is forgotten with them");
}

/// Appends an event to the stream of a visit that this program does not know.
async fn append_unknown(world: &World, stream: &str) {
    let dir = tempfile::tempdir().unwrap();
    let (key, _) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
    let vault = Arc::new(PgVault::new(world.pool.clone(), Arc::new(key)));
    let log = PgLog::start(world.pool.clone(), world.database.as_service(1).await, vault);
    let origin = Origin {
        correlation: Uuid::nil(),
        causation: None,
        actor: Actor::Door,
        subject: None,
        new_subject: false,
    };
    let event = NewEvent {
        name: "visit.foreseen",
        schema_version: 2,
        clear: b"{\"visit.foreseen\":{}}".to_vec(),
        secret: None,
    };
    let append = Append {
        stream: StreamId::stored(stream.to_owned()),
        stream_type: "visit",
        expected: Expected::Any,
        key: "foreseen".to_owned(),
        origin,
        events: vec![event],
    };
    log.append(append).await.unwrap();
}

#[tokio::test]
async fn an_event_of_a_newer_program_halts_what_must_not_skip_and_is_put_aside_elsewhere() {
    let (world, hip) = World::start().await;
    world.push(&visit("4701", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    append_unknown(&world, "visit-foreseen").await;
    for name in ["visit", "callback", "resource_documents", "link_tokens"] {
        let reader = until(&world, name, |reader| reader["lagEvents"] == 0).await;
        assert_eq!(
            (&reader["state"], &reader["parked"]),
            (&json!("live"), &json!(1)),
            "{reader:#}"
        );
        let reason = "unknown event visit.foreseen of version 2";
        assert_eq!(reader["parkedEvents"][0]["reason"], reason);
    }
    for name in ["reactions", "consent", "patient_index", "data_flow_request"] {
        let reader = until(&world, name, |reader| reader["state"] == "halted").await;
        assert_eq!((&reader["lagEvents"], &reader["parked"]), (&json!(1), &json!(0)), "{reader:#}");
    }
    // A process that takes up the readers tries again; this one knows no more than the other. It is not ready any more
    // once they have halted.
    assert!(hip.terminate());
    let _hip = world.launch.start_worker();
    until(&world, "visit", |reader| reader["parkedEvents"][0]["attempts"] == 2).await;
}
