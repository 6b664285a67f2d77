//! The log does not end with a partition: the next ones are made before they are needed.

use std::time::{Duration, Instant};

use hip_infra::postgres::event_store::{log_room, make_partitions_ahead};
use hip_tests::person::visit;
use hip_tests::world::PATIENCE;
use hip_tests::{TestDatabase, World};
use sqlx::{Connection, Executor, PgPool};

/// The reactions, and every read model.
const READER_COUNT: i64 = 17;

/// The last position of the first partition.
const FIRST_END: i64 = 20_000_000;

/// Moves the log, and all that reads it, to a position as if so many events had been stored.
async fn move_to(database: &TestDatabase, position: i64) {
    let mut owner = database.as_owner().await;
    let mut transaction = owner.begin().await.unwrap();
    for statement in
        ["UPDATE es.log_head SET position = $1", "UPDATE es.projection SET position = $1"]
    {
        sqlx::query(statement).bind(position).execute(&mut *transaction).await.unwrap();
    }
    transaction.commit().await.unwrap();
}

/// Until every reader has a row.
async fn until_taken_up(pool: &PgPool) {
    let begun_at = Instant::now();
    loop {
        let taken = "SELECT count(*) FROM es.projection WHERE lease_until > now()";
        let count: i64 = sqlx::query_scalar(taken).fetch_one(pool).await.unwrap();
        if count >= READER_COUNT {
            return;
        }
        assert!(begun_at.elapsed() < PATIENCE, "only {count} readers are at work");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn stored_behind(pool: &PgPool, position: i64) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM es.event WHERE position > $1")
        .bind(position)
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn visits_are_linked_across_the_end_of_a_partition() {
    let (world, hip) = World::start().await;
    until_taken_up(&world.pool).await;
    hip.kill();
    move_to(&world.database, FIRST_END - 5).await;
    let _hip = world.launch.start().await;
    assert_eq!(world.push(&visit("7001", true)).await.0, 201);
    // Not until all is quiet: readers of stores that know no position look for the events that were skipped.
    world.until("visit.linked", 1).await;
    assert!(world.log.head().await.unwrap() > FIRST_END);
    let in_second: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM es.event WHERE tableoid = 'es.event_p0001'::regclass",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!(in_second, stored_behind(&world.pool, FIRST_END).await);
    assert!(in_second > 0);
    // The new partition is guarded like the first.
    let mut owner = world.database.as_owner().await;
    for statement in ["TRUNCATE es.event_p0001", "DELETE FROM es.event_p0001"] {
        let error = owner.execute(statement).await.expect_err(statement).to_string();
        assert!(error.contains("append-only"), "{statement}: {error}");
    }
    // A stream keeps one event a version in it, too.
    let unique: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM pg_indexes WHERE schemaname = 'es' AND tablename = 'event_p0001' \
            AND indexdef LIKE 'CREATE UNIQUE INDEX%(shard, stream_id, version)'",
    )
    .fetch_one(&mut owner)
    .await
    .unwrap();
    assert_eq!(unique, 1);
    let output = world.hip(&["projection", "status"]).await;
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("room for"), "{said}");
}

#[tokio::test]
async fn partitions_are_made_ahead_by_any_number_of_processes() {
    let database = TestDatabase::create().await;
    let pool = database.as_service(8).await;
    let before = log_room(&pool).await.unwrap();
    assert!(before.is_enough() && before.last_position >= 2 * FIRST_END, "{before:?}");
    let position = before.last_position - 1;
    move_to(&database, position).await;
    assert!(!log_room(&pool).await.unwrap().is_enough());
    let made = (0..8).map(|_| make_partitions_ahead(&pool));
    for made in futures_util::future::join_all(made).await {
        made.unwrap();
    }
    let room = log_room(&pool).await.unwrap();
    assert!(room.left() >= 2 * FIRST_END, "{room:?}");
    // Nothing to do: nothing is made.
    make_partitions_ahead(&pool).await.unwrap();
    assert_eq!(log_room(&pool).await.unwrap(), room);
}

#[tokio::test]
async fn only_the_service_may_make_partitions() {
    let database = TestDatabase::create().await;
    let mut owner = database.as_owner().await;
    owner.execute("SET ROLE es_auditor").await.unwrap();
    let error = owner.execute("SELECT es.make_partitions_ahead()").await.unwrap_err().to_string();
    assert!(error.contains("permission denied"), "{error}");
}
