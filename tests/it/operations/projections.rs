//! Read models are built anew beside the ones that are read, and are what a fold of the log is.

use std::time::Duration;

use hip_tests::World;
use hip_tests::person::visit;
use serde_json::json;
use sqlx::Connection as _;

#[tokio::test]
async fn a_rebuild_beside_a_service_at_work_gives_what_the_service_has() {
    let (world, _hip) = World::start().await;
    for n in 0..20 {
        world.push(&visit(&format!("41{n:02}"), true)).await;
    }
    // While the links of these are being made.
    for rebuilt in world.rebuild_all().await {
        assert_eq!(rebuilt["generation"], 2);
    }
    for n in 20..40 {
        world.push(&visit(&format!("41{n:02}"), true)).await;
    }
    world.until("visit.linked", 40).await;
    world.until_idle().await;
    let shown = world.show("4139").await;
    assert_eq!(shown["linked"], true, "the new generation is written to, and read");
    for rebuilt in world.rebuild_all().await {
        assert_eq!(rebuilt["generation"], 3);
    }
    let status = world.hip_json(&["projection", "status", "--json"]).await;
    let names: Vec<_> = status.iter().map(|one| one["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"reactions") && names.contains(&"visit"), "{names:?}");
    assert!(status.iter().all(|one| one["state"] == "live"), "{status:#?}");
}

#[tokio::test]
async fn a_read_model_that_was_damaged_is_mended_and_the_difference_told() {
    let (world, _hip) = World::start().await;
    world.push(&visit("4201", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    sqlx::query("UPDATE hip.visit SET linked = false, documents = '[]'")
        .execute(&world.pool)
        .await
        .unwrap();
    assert_eq!(world.show("4201").await["linked"], false);
    let rebuilt = world.hip_json(&["projection", "rebuild", "visit", "--json"]).await;
    assert_eq!(rebuilt[0]["same"], false);
    assert_eq!(rebuilt[0]["compared"][0]["what"], "visit");
    let shown = world.show("4201").await;
    assert_eq!(shown["linked"], true);
    assert_ne!(shown["documents"], json!([]));
}

#[tokio::test]
async fn a_rebuild_that_dies_leaves_the_live_generation_alone() {
    let (world, _hip) = World::start().await;
    world.push(&visit("4301", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    // As one leaves it that was killed while it filled its tables.
    sqlx::query("SELECT hip.begin_generation('visit')").execute(&world.pool).await.unwrap();
    sqlx::query(
        "INSERT INTO es.projection (name, generation, shard, state, owner, lease_until) \
         VALUES ('visit', 2, 0, 'building', 'rebuild of somebody', now() + interval '1 second')",
    )
    .execute(&world.pool)
    .await
    .unwrap();
    let busy = world.hip(&["projection", "rebuild", "visit"]).await;
    assert_eq!(busy.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&busy.stderr).contains("being rebuilt by another process"));
    assert_eq!(world.show("4301").await["linked"], true);
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    let rebuilt = world.hip_json(&["projection", "rebuild", "visit", "--json"]).await;
    assert_eq!(rebuilt[0]["same"], true);
    let unknown = world.hip(&["projection", "rebuild", "vizit"]).await;
    assert_eq!(unknown.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("there are only patient_index"));
    let apart = world.hip(&["projection", "rebuild", "link_tokens"]).await;
    assert!(String::from_utf8_lossy(&apart.stderr).contains("--config"));
}

#[tokio::test]
async fn a_rebuild_waits_for_locked_tables() {
    let (world, _hip) = World::start().await;
    world.push(&visit("4901", true)).await;
    world.until("visit.linked", 1).await;
    world.until_idle().await;
    // As a dump of the database does.
    let mut dump = world.database.as_owner().await;
    let mut reading = dump.begin().await.unwrap();
    sqlx::query("LOCK TABLE hip.visit IN ACCESS SHARE MODE").execute(&mut *reading).await.unwrap();
    let rebuilding = world.hip_json(&["projection", "rebuild", "visit", "--json"]);
    let giving_back = async {
        for is_waiting in [true, false] {
            world
                .eventually("an attempt waits and gives up", async || {
                    let waits: bool = sqlx::query_scalar(
                        "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                            WHERE d.datname = current_database() \
                              AND l.mode = 'AccessExclusiveLock' AND NOT l.granted)",
                    )
                    .fetch_one(&world.pool)
                    .await
                    .unwrap();
                    waits == is_waiting
                })
                .await;
        }
        reading.commit().await.unwrap();
    };
    let (rebuilt, ()) = tokio::join!(rebuilding, giving_back);
    assert_eq!((&rebuilt[0]["same"], &rebuilt[0]["generation"]), (&json!(true), &json!(2)));
    assert_eq!(world.show("4901").await["linked"], true);
}
