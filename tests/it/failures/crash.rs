//! `kill -9` at every step of the main job: the story completes, and nothing has two effects.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hip_infra::postgres::event_store::{Scope, verify};
use hip_sandbox::{
    ConsentRequest, Delivery, DiscoverRequest, Grant, HealthInformationRequest, KeyFormat,
    Operation, Target,
};
use hip_tests::person::{FACILITY, abha_holder, visit};
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use hip_tests::{World, size};
use tokio::task::JoinSet;

/// Worlds that are played at the same time.
const WORLD_COUNT: usize = 3;

/// How many events a process is left between two deaths.
const EVENTS_BETWEEN: i64 = 10;

/// When the process dies.
#[derive(Debug, Clone, Copy)]
enum Death {
    /// As soon as the log holds this many events, and again after every ten more.
    AtEvents(i64),
    /// When its nth call has arrived at the peer, which has not looked at it yet.
    BeforeCall(u64),
    /// When its nth call has had its effect at the peer, which has not answered yet.
    AfterCall(u64),
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_events_the_story_completes() {
    let (mut worlds, mut deaths) = (JoinSet::new(), 0);
    for first in (1..=EVENTS_BETWEEN).step_by(size(1, 4)) {
        if worlds.len() == WORLD_COUNT {
            deaths += worlds.join_next().await.unwrap().unwrap();
        }
        worlds.spawn(play(Death::AtEvents(first)));
    }
    deaths += worlds.join_all().await.into_iter().sum::<usize>();
    assert!(deaths >= size(40, 12), "only {deaths} moments were found: the story has more steps");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_every_call_is_taken_the_story_completes() {
    at_every_call(Death::BeforeCall).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_after_every_call_is_taken_the_story_completes() {
    at_every_call(Death::AfterCall).await;
}

/// Plays the story with the 1st, 2nd, 3rd … moment of death (every second one at the quick size), until there is no
/// such moment left.
async fn at_every_call(death: impl Fn(u64) -> Death) {
    let (mut worlds, mut next, mut deaths, mut survived) = (JoinSet::new(), 1, 0, false);
    loop {
        while !survived && worlds.len() < WORLD_COUNT {
            worlds.spawn(play(death(next)));
            next += size(1, 2);
        }
        match worlds.join_next().await.map(Result::unwrap) {
            Some(0) => survived = true,
            Some(died) => deaths += died,
            None => break,
        }
    }
    assert!(deaths >= size(7, 4), "only {deaths} moments were found: the story has more steps");
}

/// Plays the story in a world of its own. Says how often the process died.
async fn play(death: Death) -> usize {
    let (world, hip) = World::start().await;
    let deaths = AtomicUsize::new(0);
    let delivery = {
        let killing = kill(&world, hip, death, &deaths);
        tokio::pin!(killing);
        let story = story(&world);
        tokio::pin!(story);
        tokio::select! {
            // The story ended first: the moment, or the next one, never came.
            delivery = &mut story => delivery,
            hip = &mut killing => {
                let delivery = story.await;
                drop(hip);
                delivery
            }
        }
    };
    judge(&world, &delivery, death).await;
    deaths.into_inner()
}

/// Waits for the moment, kills the process, starts it again; and so on, if there are more moments.
async fn kill(
    world: &World,
    mut hip: HipProcess,
    death: Death,
    deaths: &AtomicUsize,
) -> HipProcess {
    let faults = world.sandbox.faults();
    let hold = match death {
        Death::AtEvents(first) => {
            for count in (0..).map(|n| first + n * EVENTS_BETWEEN) {
                while world.log.head().await.unwrap() < count {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                hip.kill();
                deaths.fetch_add(1, Ordering::Relaxed);
                hip = world.launch.start().await;
            }
            return hip;
        }
        Death::BeforeCall(n) => faults.hold_before(Target::Any, n),
        Death::AfterCall(n) => faults.hold_after(Target::Any, n),
    };
    // Longer than the story: then it is the story that ends.
    let _ = hold.caught(PATIENCE * 2).await;
    hip.kill();
    deaths.fetch_add(1, Ordering::Relaxed);
    hold.release();
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
    let request = HealthInformationRequest::new(&consent, KeyFormat::WRaw);
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
    assert!(
        world.hip(&["outbox", "check"]).await.status.success(),
        "{death:?}: an event lacks a task"
    );
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
