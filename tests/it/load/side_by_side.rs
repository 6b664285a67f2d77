//! Pages of one transfer are on their way at the same time, and come to their ends in any order.

use hip_sandbox::{ConsentRequest, Grant, HealthInformationRequest, Hold, KeyFormat, Operation};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use serde_json::json;

/// Visits, with three documents each.
const VISIT_COUNT: i64 = 2;
const PAGE_COUNT: i64 = 6;

/// A patient with six documents. The consent of an HIU to see them.
async fn consented() -> (World, HipProcess, String) {
    let (world, hip) = World::start().await;
    for n in 0..VISIT_COUNT {
        assert_eq!(world.push(&visit(&format!("62{n:02}"), true)).await.0, 201);
    }
    world.until("visit.linked", VISIT_COUNT).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    (world, hip, consent)
}

/// The HIU holds these pushes.
fn hold(world: &World, numbers: std::ops::RangeInclusive<u64>) -> Vec<Hold> {
    numbers.map(|n| world.sandbox.faults().hold_before(Operation::Push, n)).collect()
}

/// The HIU asks for the documents. Returns the id of the transaction.
async fn request(world: &World, consent: &str) -> String {
    let request = HealthInformationRequest::new(consent, KeyFormat::WRaw);
    world.sandbox.hiu().request(request).await.unwrap()
}

/// How many pages were sent so far.
fn sent(world: &World) -> i64 {
    let entries = world.sandbox.journal().snapshot();
    let pushes = entries.iter().filter(|entry| entry.operation == Some(Operation::Push));
    i64::try_from(pushes.count()).unwrap()
}

#[tokio::test]
async fn four_pages_are_on_their_way_between_the_first_and_the_last() {
    let (world, _hip, consent) = consented().await;
    let mut holds = hold(&world, 1..=5);
    let transaction = request(&world, &consent).await;
    let first = holds.remove(0);
    first.caught(PATIENCE).await.unwrap();
    world.until("transfer.page_encrypted", 1).await;
    assert_eq!(sent(&world), 1, "the first page goes alone");
    first.release();
    for hold in &holds {
        hold.caught(PATIENCE).await.unwrap();
    }
    // The newest is taken first.
    holds.remove(3).release();
    world.until("transfer.page_pushed", 2).await;
    holds.remove(1).release();
    world.until("transfer.page_pushed", 3).await;
    let sealed =
        "SELECT NOT EXISTS (SELECT FROM es.outbox WHERE kind = 'encrypt_page' AND state = 'due')";
    let is_sealed = async || sqlx::query_scalar(sealed).fetch_one(&world.pool).await.unwrap();
    world.eventually("no page is to be begun", is_sealed).await;
    assert_eq!(sent(&world), PAGE_COUNT - 1, "the last page waits for the others");
    for hold in holds {
        hold.release();
    }
    let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"));
    world.until_idle().await;
    assert_eq!(sent(&world), PAGE_COUNT);
    for (name, count) in [
        ("transfer.page_encrypted", PAGE_COUNT),
        ("transfer.page_pushed", PAGE_COUNT),
        ("transfer.stopped", 0),
        ("transfer.completed", 1),
    ] {
        assert_eq!(world.count(name).await, count, "{name}");
    }
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}

#[tokio::test]
async fn a_refused_page_ends_the_transfer_after_those_that_have_left() {
    let (world, _hip, consent) = consented().await;
    let holds = hold(&world, 3..=5);
    world.sandbox.faults().refuse(Operation::Push, 2, 410, json!({}));
    let transaction = request(&world, &consent).await;
    for hold in &holds {
        hold.caught(PATIENCE).await.unwrap();
    }
    world.until("transfer.stopped", 1).await;
    assert_eq!(world.count("transfer.completed").await, 0, "three pages have left");
    for hold in holds {
        hold.release();
    }
    world.until("transfer.completed", 1).await;
    world.until_idle().await;
    assert_eq!(sent(&world), 5, "no further page has left");
    assert_eq!(world.count("transfer.page_pushed").await, 4);
    let delivery = world.sandbox.hiu().received(&transaction).expect("pages have arrived");
    // It depends on which of the four was refused.
    let of = |code: &str| {
        delivery.pages.iter().filter(|page| page.care_context_reference == code).count()
    };
    let told = if of("6200") == 3 || of("6201") == 3 { "TRANSFERRED" } else { "FAILED" };
    assert_eq!(delivery.session_status.as_deref(), Some(told));
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}

/// The pages on their way when it was killed are sent again, and no other page twice.
#[tokio::test]
async fn a_process_that_is_killed_with_four_pages_on_their_way_sends_them_again() {
    let (world, hip, consent) = consented().await;
    let holds = hold(&world, 2..=5);
    let transaction = request(&world, &consent).await;
    for hold in &holds {
        hold.caught(PATIENCE).await.unwrap();
    }
    hip.kill();
    for hold in holds {
        hold.release();
    }
    let _hip = world.launch.start().await;
    let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"));
    world.until_idle().await;
    assert_eq!(world.count("transfer.page_encrypted").await, PAGE_COUNT);
    assert_eq!(world.count("transfer.page_pushed").await, PAGE_COUNT);
    assert_eq!(sent(&world), PAGE_COUNT + 4);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}
