//! Connections to the database fall silent, without an error and without an end.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::Log;
use hip_infra::health::watchdog::{Watchdog, Watched};
use hip_infra::postgres;
use hip_infra::postgres::event_store::PgLog;
use hip_sandbox::Proxy;
use hip_tests::person::visit;
use hip_tests::process::HipProcess;
use hip_tests::world::PATIENCE;
use hip_tests::{TestDatabase, World, an_event};
use secrecy::SecretString;
use serde_json::Value;
use sqlx::Row as _;

/// A world whose provider reaches its database through a proxy.
async fn world() -> (World, Proxy, HipProcess) {
    let mut world = World::create().await;
    let proxy = Proxy::before(&[&world.launch.database_url]).await.unwrap();
    world.launch.database_url = proxy.through(&world.launch.database_url);
    let hip = world.launch.start().await;
    (world, proxy, hip)
}

async fn ready(world: &World) -> (u16, Value) {
    let answer = reqwest::get(format!("{}/health/ready", world.launch.url)).await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn ends(hip: HipProcess) {
    let ended = tokio::task::spawn_blocking(move || hip.terminate());
    tokio::time::timeout(PATIENCE, ended).await.expect("it ends when it is told to").unwrap();
}

#[tokio::test]
async fn work_goes_on_over_new_connections_when_the_old_ones_fall_silent() {
    let (world, proxy, hip) = world().await;
    assert_eq!(world.push(&visit("7101", true)).await.0, 201);
    world.until("visit.linked", 1).await;
    proxy.silence_existing();
    world
        .eventually("a visit is taken in", async || {
            world.try_push(&visit("7102", true)).await.is_some_and(|(status, _)| status < 300)
        })
        .await;
    world.until("visit.linked", 2).await;
    world.until_idle().await;
    world.eventually("it is ready again", async || ready(&world).await.0 == 200).await;
    ends(hip).await;
}

#[tokio::test]
async fn a_provider_without_a_database_is_not_ready_and_can_be_stopped() {
    let (world, proxy, hip) = world().await;
    assert_eq!(ready(&world).await.0, 200);
    proxy.silence_all();
    world.eventually("it is not ready", async || ready(&world).await.0 == 503).await;
    let (_, told) = ready(&world).await;
    assert_eq!(told["reasons"][0]["reason"], "database", "{told}");
    ends(hip).await;
}

#[tokio::test]
async fn a_provider_that_is_stopped_before_its_database_answers_ends_well() {
    let mut world = World::create().await;
    let proxy = Proxy::before(&[&world.launch.database_url]).await.unwrap();
    world.launch.database_url = proxy.through(&world.launch.database_url);
    proxy.silence_all();
    let hip = world.launch.start_worker();
    world.eventually("it begins", async || world.logged().contains("serving")).await;
    let ended = tokio::task::spawn_blocking(move || hip.terminate()).await.unwrap();
    assert!(ended, "{}", world.logged());
}

#[tokio::test]
async fn the_watchdog_sees_a_writer_that_hangs_while_the_database_answers() {
    let database = TestDatabase::create().await;
    let proxy = Proxy::before(&[&database.url]).await.unwrap();
    let pool = postgres::connect(&proxy.through(&database.url), 1).await.unwrap();
    let log = Arc::new(PgLog::without_keys(pool));
    log.append(an_event::in_stream(1)).await.unwrap();
    let watchdog = |hang_time_max| Watchdog {
        writer: log.writer_activity(),
        database_url: SecretString::from(database.url.clone()),
        hang_time_max,
    };
    proxy.silence_existing();
    let appending = tokio::spawn({
        let log = Arc::clone(&log);
        async move { log.append(an_event::in_stream(2)).await }
    });
    let watching = watchdog(Duration::from_millis(100));
    assert_eq!(tokio::time::timeout(PATIENCE, watching.watch()).await.unwrap(), Watched::Hangs);
    // The deadline of the call has the writer go on by itself.
    tokio::time::timeout(PATIENCE, appending).await.unwrap().unwrap().unwrap();
    let watching = watchdog(PATIENCE);
    drop(log);
    assert_eq!(tokio::time::timeout(PATIENCE, watching.watch()).await.unwrap(), Watched::Closed);
}

#[tokio::test]
async fn a_transaction_that_was_given_up_while_it_began_is_not_left_open() {
    let database = TestDatabase::create().await;
    let pool = database.as_service(1).await;
    // One statement that is its own transaction; and the session that answers.
    let look = async || -> (bool, i32) {
        let asked = sqlx::raw_sql("SELECT now() = statement_timestamp(), pg_backend_pid()");
        let row = asked.fetch_one(&pool).await.unwrap();
        (row.get(0), row.get(1))
    };
    for _ in 0..20 {
        // The server is asked to begin, and nobody waits for its answer.
        tokio::select! {
            biased;
            begun = postgres::begin(&pool) => drop(begun.unwrap()),
            () = std::future::ready(()) => {}
        }
        let (is_free, session) = look().await;
        assert!(is_free, "what is written now would never be committed");
        drop(postgres::begin(&pool).await.unwrap());
        assert_eq!(look().await, (true, session), "a session without fault is used again");
    }
}
