//! An HIU that takes pages and does not answer: nobody else waits for it, and a process that is told to stop
//! gives its pages back.

use hip_sandbox::{
    ConsentRequest, DiscoverRequest, Grant, HealthInformationRequest, Hold, KeyFormat, Operation,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use sqlx::Connection;

const TRANSFER_COUNT: usize = 16;

/// Pages to one host at the same time.
const AT_ONCE: usize = 4;

async fn consent(world: &World) -> String {
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap()
}

/// Sixteen transfers to an HIU that answers none of their pages.
async fn hanging() -> (World, HipProcess, Vec<String>, Vec<Hold>) {
    let (world, hip) = World::start().await;
    world.push(&visit("6101", true)).await;
    world.until("visit.linked", 1).await;
    let consent = consent(&world).await;
    let faults = world.sandbox.faults();
    let holds: Vec<Hold> = (1..=64).map(|n| faults.hold_before(Operation::Push, n)).collect();
    let mut transactions = vec![];
    for _ in 0..TRANSFER_COUNT {
        let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        transactions.push(world.sandbox.hiu().request(request).await.unwrap());
    }
    let count = i64::try_from(TRANSFER_COUNT).unwrap();
    world.until("transfer.page_encrypted", count).await;
    for hold in &holds[..AT_ONCE] {
        hold.caught(PATIENCE).await.unwrap();
    }
    (world, hip, transactions, holds)
}

/// Keys and fences of the pages on their way, once no other is claimed for a moment, to be told to wait.
async fn on_their_way(world: &World) -> Vec<(String, i64)> {
    let claimed = "SELECT dedupe, fence FROM es.outbox \
                    WHERE lane = 4 AND state = 'due' AND lease_until > '-infinity' ORDER BY dedupe";
    let mut rows: Vec<(String, i64)> = vec![];
    world
        .eventually("four pages are on their way", async || {
            rows = sqlx::query_as(claimed).fetch_all(&world.pool).await.unwrap();
            rows.len() == AT_ONCE
        })
        .await;
    rows
}

/// How many pages were sent so far, and how many of them were answered.
fn pushes(world: &World) -> (usize, usize) {
    let entries = world.sandbox.journal().snapshot();
    let pushes = entries.iter().filter(|entry| entry.operation == Some(Operation::Push));
    let answered = pushes.clone().filter(|entry| entry.status.is_some());
    (pushes.count(), answered.count())
}

#[tokio::test]
async fn others_are_served_while_every_page_to_an_hiu_hangs() {
    let (world, _hip, transactions, holds) = hanging().await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    world.sandbox.phr().discover(request).await.expect("a discovery is answered");
    let other = consent(&world).await;
    world.sandbox.phr().revoke(&other).await.unwrap();
    assert_eq!(pushes(&world), (AT_ONCE, 0), "four pages at a time, and no answer to any");
    for hold in holds {
        hold.release();
    }
    for transaction in transactions {
        let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await;
        assert_eq!(delivery.unwrap().session_status.as_deref(), Some("TRANSFERRED"));
    }
    world.until_idle().await;
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}

/// As an append locks it that ends the task.
#[tokio::test]
async fn the_lease_of_one_page_is_renewed_while_the_row_of_another_is_locked() {
    let (world, _hip, _transactions, holds) = hanging().await;
    let rows = on_their_way(&world).await;
    for locked in [0, 1] {
        let mut owner = world.database.as_owner().await;
        let mut locking = owner.begin().await.unwrap();
        let until: String =
            sqlx::query_scalar("SELECT now()::text FROM es.outbox WHERE dedupe = $1 FOR UPDATE")
                .bind(&rows[locked].0)
                .fetch_one(&mut *locking)
                .await
                .unwrap();
        world
            .eventually("the other lease is renewed", async || {
                let renewed = "SELECT lease_until - interval '2 seconds' > $2::timestamptz \
                                 FROM es.outbox WHERE dedupe = $1";
                let query = sqlx::query_scalar(renewed).bind(&rows[1 - locked].0).bind(&until);
                query.fetch_one(&world.pool).await.unwrap()
            })
            .await;
        locking.rollback().await.unwrap();
    }
    for hold in holds {
        hold.release();
    }
}

/// As if the lease had run out while the statement that claims new tasks waited for a connection.
#[tokio::test]
async fn a_page_on_its_way_is_not_claimed_again_by_the_same_process() {
    let (world, _hip, _transactions, holds) = hanging().await;
    let before = on_their_way(&world).await;
    for _ in 0..20 {
        let expire =
            "UPDATE es.outbox SET lease_until = now() - interval '1 second' WHERE dedupe = $1";
        let mut owner = world.database.as_owner().await;
        sqlx::query(expire).bind(&before[0].0).execute(&mut owner).await.unwrap();
        world
            .eventually("the lease is renewed", async || {
                let renewed = "SELECT lease_until > now() FROM es.outbox WHERE dedupe = $1";
                let query = sqlx::query_scalar(renewed).bind(&before[0].0);
                query.fetch_one(&world.pool).await.unwrap()
            })
            .await;
    }
    assert_eq!(on_their_way(&world).await, before);
    for hold in holds {
        hold.release();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_is_told_to_stop_gives_back_the_pages_that_hang() {
    let (world, hip, transactions, holds) = hanging().await;
    assert!(tokio::task::spawn_blocking(|| hip.terminate()).await.unwrap());
    let left: Vec<(bool, Option<String>)> = sqlx::query_as(
        "SELECT lease_until = '-infinity', last_error FROM es.outbox \
          WHERE state = 'due' AND lane = 4 AND waits_for IS NULL",
    )
    .fetch_all(&world.pool)
    .await
    .unwrap();
    let given_back = |(is_free, reason): &(bool, Option<String>)| {
        *is_free && reason.as_ref().is_some_and(|reason| reason.contains("process stopped"))
    };
    assert_eq!(left.iter().filter(|row| given_back(row)).count(), AT_ONCE, "{left:?}");
    for hold in holds {
        hold.release();
    }
    let _hip = world.launch.start().await;
    for transaction in transactions {
        let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await;
        assert_eq!(delivery.unwrap().session_status.as_deref(), Some("TRANSFERRED"));
    }
}
