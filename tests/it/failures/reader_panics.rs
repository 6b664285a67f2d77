//! A reader that panics at an event puts it aside and goes on with the others.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hip_commands::port::Log;
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_infra::subscription::{
    ApplyError, Generation, Page, PageTransaction, Subscriber, Subscription, SubscriptionConfig,
};
use hip_tests::{TestDatabase, an_event};
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

/// Panics at the second event of the log.
struct Panics;

#[async_trait]
impl Subscriber for Panics {
    fn name(&self) -> &'static str {
        "panics"
    }

    async fn apply(
        &self,
        _: &mut PageTransaction<'_>,
        _: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        assert!(page.events().iter().all(|event| event.position != 2), "a bug at the second event");
        Ok(())
    }
}

async fn stands(pool: &PgPool) -> Option<(i64, String)> {
    sqlx::query_as("SELECT position, state FROM es.projection WHERE name = 'panics'")
        .fetch_optional(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_reader_that_panics_puts_the_event_aside_and_goes_on() {
    let database = TestDatabase::create().await;
    let pool = database.as_service(4).await;
    let dir = tempfile::tempdir().unwrap();
    let (key, _) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
    let log = Arc::new(PgLog::start(pool.clone(), database.as_service(1).await, vault));
    for n in 1..=3 {
        log.append(an_event::in_stream(n)).await.unwrap();
    }
    let config =
        SubscriptionConfig { lease: Duration::from_secs(600), poll: Duration::from_millis(10) };
    let shared: Arc<dyn Log> = log.clone();
    let reader = Subscription::new(shared, pool.clone(), Arc::new(Panics), config, Uuid::nil());
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(reader.run(log.watch_head(), stopped));
    while stands(&pool).await != Some((3, "live".to_owned())) {
        assert!(!running.is_finished(), "the reader has ended: {:?}", stands(&pool).await);
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let aside: Vec<(i64, String)> =
        sqlx::query_as("SELECT position, reason FROM es.parked WHERE name = 'panics'")
            .fetch_all(&pool)
            .await
            .unwrap();
    assert_eq!(aside, [(2, "the reader panicked".to_owned())]);
    stop.send_replace(true);
    running.await.unwrap();
}
