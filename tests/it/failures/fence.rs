//! A reader of the log that has lost its lease writes nothing, wherever it writes to; and it does not
//! lose it while it writes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hip_commands::port::document_store::{CollectionName, Fields, Index};
use hip_commands::port::log::{Append, Appended, LogError, StoredEvent};
use hip_commands::port::{DocumentStore, Log};
use hip_domain::event::Event;
use hip_domain::recorded::Recorded;
use hip_domain::stream::StreamId;
use hip_infra::document_store::{MongoDocumentStore, PgDocumentStore};
use hip_infra::postgres::event_store::PgLog;
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_infra::read_models::documents::{CollectionProjection, DocumentChange, DocumentView};
use hip_infra::subscription::{ApplyError, Subscription, SubscriptionConfig};
use hip_tests::servers::mongo_url;
use hip_tests::world::PATIENCE;
use hip_tests::{TestDatabase, an_event};
use secrecy::SecretString;
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// Where somebody is stopped, and let go on by the test.
struct Gate {
    reached: Semaphore,
    opened: Semaphore,
}

impl Gate {
    fn new() -> Arc<Self> {
        Arc::new(Self { reached: Semaphore::new(0), opened: Semaphore::new(0) })
    }

    async fn pass(&self) {
        self.reached.add_permits(1);
        self.opened.acquire().await.unwrap().forget();
    }

    async fn until_reached(&self) {
        self.reached.acquire().await.unwrap().forget();
    }

    fn open(&self) {
        self.opened.add_permits(1);
    }
}

/// One document an event, named by its position.
struct Positions {
    gate: Option<Arc<Gate>>,
}

#[async_trait]
impl DocumentView for Positions {
    fn name(&self) -> &'static str {
        "positions"
    }

    fn follows(&self, _: &Event) -> bool {
        true
    }

    fn indexes(&self) -> Vec<Index> {
        vec![]
    }

    async fn changes(
        &self,
        _: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError> {
        if let Some(gate) = &self.gate {
            gate.pass().await;
        }
        Ok(vec![DocumentChange::Put(recorded.position.to_string(), Fields::new())])
    }
}

/// A log whose pages come when the test lets them.
struct Held {
    log: Arc<PgLog>,
    gate: Arc<Gate>,
}

#[async_trait]
impl Log for Held {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        self.log.append(append).await
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        self.log.stream(stream, version).await
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        self.log.version(stream).await
    }

    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        self.log.answered(key).await
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        let page = self.log.page(position, limit).await;
        self.gate.pass().await;
        page
    }

    async fn head(&self) -> Result<i64, LogError> {
        self.log.head().await
    }
}

struct Scene {
    database: TestDatabase,
    pool: PgPool,
    log: Arc<PgLog>,
    store: Arc<dyn DocumentStore>,
    stop: watch::Sender<bool>,
}

/// A log with one event.
async fn scene(store: impl AsyncFnOnce(&TestDatabase) -> Arc<dyn DocumentStore>) -> Scene {
    let database = TestDatabase::create().await;
    let pool = database.as_service(8).await;
    let dir = tempfile::tempdir().unwrap();
    let (key, _) = LocalKey::read_or_create(&dir.path().join("kek")).unwrap();
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
    let log = Arc::new(PgLog::start(pool.clone(), database.as_service(1).await, vault));
    log.append(an_event::in_stream(1)).await.unwrap();
    let store = store(&database).await;
    Scene { database, pool, log, store, stop: watch::channel(false).0 }
}

impl Scene {
    /// Starts a reader of `log`; it ends when it is told to.
    fn read(&self, log: Arc<dyn Log>, gate: Option<Arc<Gate>>) -> tokio::task::JoinHandle<()> {
        let kept =
            CollectionProjection::new(Arc::clone(&self.store), collection(), Positions { gate });
        // Longer than the test: a second owner takes the lease while the first still holds it.
        let config =
            SubscriptionConfig { lease: Duration::from_secs(600), poll: Duration::from_millis(20) };
        let reader = Subscription::new(log, self.pool.clone(), Arc::new(kept), config, Uuid::nil());
        tokio::spawn(reader.run(self.log.watch_head(), self.stop.subscribe()))
    }

    async fn is_written(&self) -> bool {
        self.store.get(&collection(), "1").await.unwrap().is_some()
    }
}

fn collection() -> CollectionName {
    CollectionName::parse("positions").unwrap()
}

/// As a rebuild, or an operator, takes the lease of a reader away.
async fn take_over(pool: PgPool) {
    let taken = sqlx::query(
        "UPDATE es.projection SET owner = 'somebody', fence = fence + 1, \
                lease_until = now() + interval '1 hour' WHERE name = 'positions'",
    )
    .execute(&pool)
    .await
    .unwrap();
    assert_eq!(taken.rows_affected(), 1);
}

/// Waits until somebody waits for the row of the projection. The owner sees what others do.
async fn until_somebody_waits(database: &TestDatabase) {
    let mut owner = database.as_owner().await;
    let waiting = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock' AND query LIKE 'UPDATE es.projection%')";
    let deadline = Instant::now() + PATIENCE;
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&mut owner).await.unwrap() {
        assert!(Instant::now() < deadline, "nobody waits: the reader does not hold its row");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn a_reader_that_was_overtaken_writes_nothing(scene: Scene) {
    let gate = Gate::new();
    let held = Held { log: Arc::clone(&scene.log), gate: Arc::clone(&gate) };
    let reader = scene.read(Arc::new(held), None);
    gate.until_reached().await;
    // It has the page in its hands, and the lease no more.
    take_over(scene.pool.clone()).await;
    scene.stop.send(true).unwrap();
    gate.open();
    reader.await.unwrap();
    assert!(!scene.is_written().await);
}

async fn nobody_overtakes_a_reader_that_writes(scene: Scene) {
    let gate = Gate::new();
    let reader = scene.read(scene.log.clone(), Some(Arc::clone(&gate)));
    gate.until_reached().await;
    let overtaking = tokio::spawn(take_over(scene.pool.clone()));
    until_somebody_waits(&scene.database).await;
    assert!(!overtaking.is_finished());
    scene.stop.send(true).unwrap();
    gate.open();
    overtaking.await.unwrap();
    // What was under way was done before.
    assert!(scene.is_written().await);
    let position: i64 =
        sqlx::query_scalar("SELECT position FROM es.projection WHERE name = 'positions'")
            .fetch_one(&scene.pool)
            .await
            .unwrap();
    assert_eq!(position, 1);
    reader.await.unwrap();
}

async fn in_postgres() -> Scene {
    scene(async |database| Arc::new(PgDocumentStore::new(database.as_service(4).await)) as _).await
}

async fn in_mongo() -> Option<Scene> {
    let url = SecretString::from(mongo_url().await?);
    let store = MongoDocumentStore::new(&url).await.unwrap();
    Some(scene(async |_| Arc::new(store) as _).await)
}

#[tokio::test]
async fn a_reader_that_was_overtaken_writes_nothing_to_postgres() {
    a_reader_that_was_overtaken_writes_nothing(in_postgres().await).await;
}

#[tokio::test]
async fn a_reader_that_was_overtaken_writes_nothing_to_mongo() {
    let Some(scene) = in_mongo().await else { return };
    a_reader_that_was_overtaken_writes_nothing(scene).await;
}

#[tokio::test]
async fn nobody_overtakes_a_reader_that_writes_to_postgres() {
    nobody_overtakes_a_reader_that_writes(in_postgres().await).await;
}

#[tokio::test]
async fn nobody_overtakes_a_reader_that_writes_to_mongo() {
    let Some(scene) = in_mongo().await else { return };
    nobody_overtakes_a_reader_that_writes(scene).await;
}
