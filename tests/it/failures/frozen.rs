//! A process that is frozen in the middle of a page keeps its readers no longer than its lease.

use hip_tests::World;
use hip_tests::person::visit;
use sqlx::{Connection, Executor};

#[tokio::test]
async fn another_process_takes_over_from_one_that_is_frozen_in_a_transaction() {
    let (world, hip) = World::start().await;
    world.until_idle().await;
    // Who reads visits goes on; the reader that writes them waits.
    let mut owner = world.database.as_owner().await;
    let mut holding = owner.begin().await.unwrap();
    holding.execute("LOCK TABLE hip.visit IN SHARE MODE").await.unwrap();
    assert_eq!(world.push(&visit("7201", true)).await.0, 201);
    let mut observer = world.database.as_owner().await;
    world
        .eventually("the reader waits in its transaction", async || {
            let waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                           AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO visit (%')";
            sqlx::query_scalar(waiting).fetch_one(&mut observer).await.unwrap()
        })
        .await;
    hip.freeze();
    // What was waited for comes, and nobody takes it: the transaction stands idle from here on.
    holding.commit().await.unwrap();
    // Beside it one that may stand idle for half a minute.
    observer.execute("SET idle_in_transaction_session_timeout = '30s'").await.unwrap();
    let mut idle = observer.begin().await.unwrap();

    let other = world.beside("second");
    world.sandbox.set_bridge_url(&other.url);
    let _second = other.start().await;
    world.until("visit.linked", 1).await;
    idle.execute("SELECT 1").await.expect("the frozen transaction was ended long before this one");
    // It wakes up, and has nothing to say any more.
    hip.thaw();
    world.until_idle().await;
    assert_eq!(world.count("care_context.linked").await, 1);
    assert_eq!(world.count("visit.linked").await, 1);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}
