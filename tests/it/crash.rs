//! `kill -9` at every step of the main job: the story completes, and nothing has two effects.

use std::collections::BTreeMap;
use std::time::Duration;

use hip_infra::event_store::{Scope, verify};
use hip_sandbox::{
    ConsentRequest, Delivery, Dialect, DiscoverRequest, Grant, HealthInformationRequest, Operation,
    Target,
};
use hip_tests::World;
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::world::PATIENCE;
use tokio::task::JoinSet;

/// Worlds that are played at the same time.
const WORLD_COUNT: usize = 3;

/// When the process dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// As soon as the log holds this many events.
    AtEvent(i64),
    /// When its nth call has arrived at the peer, which has not looked at it yet.
    BeforeCall(u64),
    /// When its nth call has had its effect at the peer, which has not answered yet.
    AfterCall(u64),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_every_event_the_story_completes() {
    every(Death::AtEvent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_every_call_is_taken_the_story_completes() {
    every(|n| Death::BeforeCall(n.unsigned_abs())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_every_call_is_taken_the_story_completes() {
    every(|n| Death::AfterCall(n.unsigned_abs())).await;
}

/// Plays the story with the 1st, 2nd, 3rd … moment of death, until there is no such moment left.
async fn every(death: impl Fn(i64) -> Death) {
    let (mut worlds, mut next, mut deaths, mut survived) = (JoinSet::new(), 1, 0, false);
    loop {
        while !survived && worlds.len() < WORLD_COUNT {
            worlds.spawn(play(death(next)));
            next += 1;
        }
        match worlds.join_next().await {
            Some(died) if died.as_ref().is_ok_and(|died| *died) => deaths += 1,
            Some(died) => survived |= !died.unwrap(),
            None => break,
        }
    }
    assert!(deaths >= 7, "only {deaths} moments were found: the story has more steps");
}

/// Plays the story in a world of its own. Says whether the moment of death ever came.
async fn play(death: Death) -> bool {
    let (world, hip) = World::start().await;
    let (delivery, died) = {
        let killing = kill(&world, hip, death);
        tokio::pin!(killing);
        let story = story(&world);
        tokio::pin!(story);
        tokio::select! {
            // The story ended first: the moment never came.
            delivery = &mut story => (delivery, false),
            hip = &mut killing => {
                let delivery = story.await;
                drop(hip);
                (delivery, true)
            }
        }
    };
    judge(&world, &delivery, death).await;
    died
}

/// Waits for the moment, kills the process, starts it again.
async fn kill(
    world: &World,
    hip: hip_tests::process::HipProcess,
    death: Death,
) -> hip_tests::process::HipProcess {
    let faults = world.sandbox.faults();
    let hold = match death {
        Death::AtEvent(count) => {
            while world.log.head().await.unwrap() < count {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            None
        }
        Death::BeforeCall(n) => Some(faults.hold_before(Target::Any, n)),
        Death::AfterCall(n) => Some(faults.hold_after(Target::Any, n)),
    };
    if let Some(hold) = &hold {
        // Longer than the story: then it is the story that ends.
        let _ = hold.caught(PATIENCE * 2).await;
    }
    hip.kill();
    if let Some(hold) = hold {
        hold.release();
    }
    world.launch.start().await
}

/// The main job, as its users drive it: they ask again until they are heard.
async fn story(world: &World) -> Delivery {
    push(world, "3001", false).await;
    world.until("care_context.registered", 1).await;
    push(world, "3002", true).await;
    world.until("visit.linked", 1).await;
    let request = DiscoverRequest::new(FACILITY, &abha_holder());
    let discovery = world.sandbox.phr().discover(request).await.unwrap();
    assert_eq!(discovery.answer.unwrap().care_contexts.len(), 3, "one visit, three kinds");
    let wish = ConsentRequest::new("kavya.n90@sbx", FACILITY);
    let wish = world.sandbox.hiu().request_consent(wish);
    let consent = world.sandbox.phr().grant(&wish, Grant::default()).await.unwrap();
    let request = HealthInformationRequest::new(&consent, Dialect::WRaw);
    let transaction = world.sandbox.hiu().request(request).await.unwrap();
    let delivery = world.sandbox.hiu().wait_until_complete(&transaction, PATIENCE).await.unwrap();
    world.until_idle().await;
    delivery
}

async fn push(world: &World, code: &str, with_abha: bool) {
    let visit = visit(code, with_abha);
    loop {
        if let Some((200 | 201, _)) = world.try_push(&visit).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn judge(world: &World, delivery: &Delivery, death: Death) {
    assert_eq!(delivery.session_status.as_deref(), Some("TRANSFERRED"), "{death:?}");
    let mut pages: BTreeMap<u64, usize> = BTreeMap::new();
    for page in &delivery.pages {
        assert!(page.plaintext.is_ok() && page.checksum_ok, "{death:?}");
        *pages.entry(page.page_number.unsigned_abs()).or_default() += 1;
    }
    assert_eq!(pages.len(), 3, "{death:?}: all pages arrived: {pages:?}");

    // One effect of each call, under one id; whatever was repeated the gateway knew already.
    for operation in [
        Operation::GenerateToken,
        Operation::LinkCareContext,
        Operation::OnDiscover,
        Operation::ConsentOnNotify,
        Operation::OnRequest,
        Operation::DataFlowNotify,
    ] {
        let journal = world.sandbox.journal().snapshot();
        let calls: Vec<_> =
            journal.iter().filter(|entry| entry.operation == Some(operation)).collect();
        let ids: std::collections::BTreeSet<_> =
            calls.iter().map(|entry| entry.request_id.clone()).collect();
        assert_eq!(ids.len(), 1, "{death:?}: {operation:?} under several ids");
    }
    assert_same_bytes(world, death);
    assert_eq!(world.sandbox.phr().linked("kavya.n90@sbx").len(), 3, "{death:?}");
    assert!(world.sandbox.violations().is_empty(), "{death:?}: {:?}", world.sandbox.violations());

    for (name, count) in [
        ("visit.recorded", 2),
        ("visit.bundles_built", 2),
        ("care_context.linked", 1),
        ("link_token.issued", 1),
        ("discovery.patient_matched", 1),
        ("consent.granted", 1),
        ("transfer.accepted", 1),
        ("transfer.page_encrypted", 3),
        ("transfer.page_pushed", 3),
        ("transfer.completed", 1),
    ] {
        assert_eq!(world.count(name).await, count, "{death:?}: {name}");
    }
    let report = verify(&world.pool, Scope::CHAIN, |_| {}).await.unwrap();
    assert_eq!(report.broken, None, "{death:?}");
}

/// A page that was pushed again was the same bytes: nothing is ever encrypted twice.
fn assert_same_bytes(world: &World, death: Death) {
    let mut bodies: BTreeMap<String, String> = BTreeMap::new();
    for entry in &world.sandbox.journal().snapshot() {
        if entry.operation == Some(Operation::Push) {
            let body = entry.body.to_string();
            let page = entry.body["pageNumber"].to_string();
            let first = bodies.entry(page).or_insert_with(|| body.clone());
            assert_eq!(*first, body, "{death:?}: a page left in two versions");
        }
    }
}
