//! A consent is taken back while thirty pages are on their way.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use hip_sandbox::{
    ConsentRequest, Entry, Grant, HealthInformationRequest, KeyFormat, Operation, StatusResponse,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, visit};
use hip_tests::world::PATIENCE;

use crate::operations::shadow::{differences, shadow};

/// Ten visits with three documents each.
async fn thirty_pages() -> (World, hip_tests::process::HipProcess, String) {
    let (world, hip) = World::start().await;
    for code in 3001..=3010 {
        assert_eq!(world.push(&visit(&code.to_string(), true)).await.0, 201);
    }
    world.until("visit.linked", 10).await;
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    (world, hip, consent)
}

fn pushes(world: &World) -> Vec<Arc<Entry>> {
    let entries = world.sandbox.journal().snapshot().into_iter();
    entries.filter(|entry| entry.operation == Some(Operation::Push)).collect()
}

/// When the simulator heard the acknowledgement of the newest notification.
fn acknowledged_at(world: &World) -> DateTime<Utc> {
    let entries = world.sandbox.journal().snapshot();
    let heard = |entry: &&Arc<Entry>| entry.operation == Some(Operation::ConsentOnNotify);
    entries.iter().rfind(heard).unwrap().at
}

/// What the gateway was told must be what the HIU has.
async fn compare(world: &World, transaction: &str) -> Vec<StatusResponse> {
    let told = world.sandbox.journal().wait_for(PATIENCE, |entry| {
        entry.operation == Some(Operation::DataFlowNotify) && entry.status.is_some()
    });
    told.await.unwrap();
    let delivery = world.sandbox.hiu().received(transaction).unwrap();
    let arrived = pushes(world).len();
    assert_eq!(delivery.pages.len(), arrived);
    let whole = |reference: &str| {
        let pages = delivery.pages.iter().filter(|page| page.care_context_reference == reference);
        pages.count() == 3
    };
    assert_eq!(delivery.status_responses.len(), 10);
    for response in &delivery.status_responses {
        let expected =
            if whole(&response.care_context_reference) { "DELIVERED" } else { "ERRORED" };
        assert_eq!(response.hi_status, expected, "{}", response.care_context_reference);
    }
    delivery.status_responses
}

#[tokio::test]
async fn no_page_leaves_after_the_revocation_was_acknowledged() {
    for seen_first in [1, 7, 16] {
        let (world, _hip, consent) = thirty_pages().await;
        let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
        let transaction = world.sandbox.hiu().request(request).await.unwrap();
        let journal = world.sandbox.journal();
        let enough = |entries: &[Arc<Entry>]| {
            let pushed = |entry: &&Arc<Entry>| entry.operation == Some(Operation::Push);
            entries.iter().filter(pushed).count() >= seen_first
        };
        journal.wait_until(PATIENCE, enough).await.unwrap();
        world.sandbox.phr().revoke(&consent).await.unwrap();
        let acknowledged_at = acknowledged_at(&world);
        let before = pushes(&world).len();
        assert!(before < 30, "the transfer was over before the revocation");
        compare(&world, &transaction).await;
        world.until_idle().await;
        assert_eq!(pushes(&world).len(), before, "a page left after the acknowledgement");
        assert!(pushes(&world).iter().all(|page| page.at <= acknowledged_at));
        assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
        // However close they came: what was done follows from what could be seen.
        let (code, lines, _) = shadow(&world).await;
        assert_eq!((differences(&lines), code), (vec![], 0));
    }
}

#[tokio::test]
async fn the_acknowledgement_waits_for_the_pages_that_are_on_their_way() {
    let (world, _hip, consent) = thirty_pages().await;
    // Four at the same time, so nothing else leaves.
    let hold = |n| world.sandbox.faults().hold_after(Operation::Push, n);
    let holds = [5, 6, 7, 8].map(hold);
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    for hold in &holds {
        hold.caught(PATIENCE).await.unwrap();
    }
    let revoked = async { world.sandbox.phr().revoke(&consent).await.unwrap() };
    let released = async {
        world.until("consent.revoked", 1).await;
        // Long enough for an acknowledgement that does not wait.
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        assert_eq!(
            world.sandbox.journal().count(Operation::ConsentOnNotify),
            1,
            "only the grant's"
        );
        for hold in holds {
            hold.release();
        }
    };
    tokio::join!(revoked, released);
    let statuses = compare(&world, &transaction).await;
    assert_eq!(statuses.iter().filter(|status| status.hi_status == "DELIVERED").count(), 2);
    assert_eq!(pushes(&world).len(), 8);
    assert!(world.sandbox.violations().is_empty(), "{:?}", world.sandbox.violations());
}
