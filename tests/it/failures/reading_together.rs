//! Readers at the end of the log apply a page in one transaction; one that is held up holds up nobody.

use hip_tests::World;
use hip_tests::person::visit;
use sqlx::{Connection, Executor};

/// Read models in the log's own database, and the reader of events without tasks.
const TOGETHER: [&str; 12] = [
    "callback",
    "care_context",
    "consent",
    "data_flow_request",
    "discovery_request",
    "facility_intake",
    "health_information",
    "initiated_link_request",
    "outbound_call",
    "patient_index",
    "reactions",
    "visit",
];

/// Waits until all of them were moved by one transaction.
async fn until_together(world: &World) {
    let moved_by = "SELECT count(*), count(DISTINCT xmin::text), count(DISTINCT position) \
                      FROM es.projection WHERE name = ANY ($1)";
    world
        .eventually("one transaction moves all readers", async || {
            let moved: (i64, i64, i64) =
                sqlx::query_as(moved_by).bind(TOGETHER).fetch_one(&world.pool).await.unwrap();
            moved == (12, 1, 1)
        })
        .await;
}

async fn position(world: &World, name: &str) -> i64 {
    let asked = sqlx::query_scalar("SELECT position FROM es.projection WHERE name = $1");
    asked.bind(name).fetch_one(&world.pool).await.unwrap()
}

#[tokio::test]
async fn a_reader_that_is_held_up_leaves_the_others_and_comes_back() {
    let (world, _hip) = World::start().await;
    assert_eq!(world.push(&visit("7401", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    until_together(&world).await;

    let mut owner = world.database.as_owner().await;
    let mut holding = owner.begin().await.unwrap();
    holding.execute("LOCK TABLE hip.visit IN SHARE MODE").await.unwrap();
    assert_eq!(world.push(&visit("7402", true)).await.0, 201);
    world.until("visit.linked", 2).await;
    world
        .eventually("the others read on", async || {
            position(&world, "patient_index").await == world.log.head().await.unwrap()
        })
        .await;
    assert!(position(&world, "visit").await < position(&world, "patient_index").await);
    holding.commit().await.unwrap();
    until_together(&world).await;
    world.until_idle().await;
}
