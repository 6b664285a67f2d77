//! Thousands of visits, two workers, and one of them killed in the middle.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use hip_tests::person::FACILITY;
use hip_tests::record_system::RecordSystem;
use hip_tests::{World, size};

/// The whole takes eighty seconds in a debug build on two cores; the rest is for a machine that has the
/// other tests to do.
const PATIENCE: Duration = Duration::from_mins(60);

async fn done(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM hip.visit_job WHERE state = 'done'")
        .fetch_one(&world.pool)
        .await
        .unwrap()
}

async fn until_done(world: &World, count: i64) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let done = done(world).await;
        if done >= count {
            return;
        }
        assert!(Instant::now() < deadline, "{done} of {count} are done");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

#[tokio::test]
async fn thousands_of_visits_are_each_recorded_once_though_a_worker_is_killed() {
    let visits = size(5_000, 1_000);
    let records = RecordSystem::start(Duration::ZERO).await;
    let mut world = World::create_with(&records.sections("")).await;
    // So many visits in words would be a test of the disk.
    world.launch.log_level = "warn";
    let mut owner = world.database.as_owner().await;
    sqlx::query(
        "INSERT INTO intake.ndhm_trigger_visit_data (VisitCode, visitdate, AbdmFacilityID) \
         SELECT 10000 + n, now(), $2 FROM generate_series(1, $1) n",
    )
    .bind(visits)
    .bind(FACILITY)
    .execute(&mut owner)
    .await
    .unwrap();

    let killed = world.launch.start_worker();
    let _survivor = world.launch.start_worker();
    until_done(&world, visits / 5).await;
    killed.kill();
    until_done(&world, visits).await;

    let (unmarked, undone): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM intake.ndhm_trigger_visit_data WHERE Processed_Flag IS NOT TRUE), \
                (SELECT count(*) FROM hip.visit_job WHERE state <> 'done')",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!((unmarked, undone), (0, 0));
    let (recorded, streams): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(DISTINCT stream_id) FROM es.event WHERE event_type = 'visit.recorded'",
    )
    .fetch_one(&world.pool)
    .await
    .unwrap();
    assert_eq!((recorded, streams), (visits, visits));
    assert_eq!(world.count("visit.amended").await, 0);
    let asked: BTreeSet<String> = records.asked().into_iter().collect();
    assert_eq!(i64::try_from(asked.len()), Ok(visits), "every visit was asked for");
}
