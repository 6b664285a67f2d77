//! The promises of the log (I1 to I5, I7), under concurrent writers, against a real server.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hip_commands::port::Log;
use hip_commands::port::log::{Actor, Append, Appended, Expected, LogError, NewEvent, Origin};
use hip_domain::id::SubjectId;
use hip_domain::stream::StreamId;
use hip_infra::postgres::event_store::{LogReader, PgLog, Scope, verify};
use hip_infra::postgres::vault::{LocalKey, PgVault};
use hip_tests::TestDatabase;
use proptest::prelude::*;
use sqlx::PgPool;
use uuid::Uuid;

/// One writer process: a pool, a vault and a log of its own.
async fn writer(database: &TestDatabase, kek: &std::path::Path) -> Arc<PgLog> {
    let pool = database.as_service(3).await;
    let write_pool = database.as_service(1).await;
    let (key, _) = LocalKey::read_or_create(kek).unwrap();
    let vault = Arc::new(PgVault::new(pool.clone(), Arc::new(key)));
    Arc::new(PgLog::start(pool, write_pool, vault))
}

/// A wish of a caller: some events for a stream, under a key that others may use too.
#[derive(Debug, Clone)]
struct Wish {
    stream: u8,
    key: u16,
    event_count: u8,
    /// Expect a version that is probably wrong, or any.
    guess: Option<u8>,
    sealed: bool,
}

fn wishes() -> impl Strategy<Value = Vec<Wish>> {
    let wish = (0..6_u8, 0..60_u16, 1..5_u8, prop::option::of(0..6_u8), any::<bool>()).prop_map(
        |(stream, key, event_count, guess, sealed)| Wish {
            stream,
            key,
            event_count,
            guess,
            sealed,
        },
    );
    prop::collection::vec(wish, 20..80)
}

fn append(wish: &Wish) -> Append {
    // A key belongs to one stream: what uses it elsewhere is refused, see the test of that name.
    let stream = format!("s-{}", wish.stream);
    let subject =
        wish.sealed.then(|| SubjectId(Uuid::new_v5(&Uuid::NAMESPACE_OID, &wish.key.to_be_bytes())));
    let event = |n: u8| NewEvent {
        name: "test.happened",
        schema_version: 1,
        clear: format!("{{\"n\":{n}}}").into_bytes(),
        secret: subject.map(|_| b"secret".to_vec().into()),
    };
    Append {
        key: format!("{stream}-{}", wish.key),
        stream: StreamId::stored(stream),
        stream_type: "test",
        expected: wish.guess.map_or(Expected::Any, |guess| Expected::Version(guess.into())),
        origin: Origin {
            correlation: Uuid::nil(),
            causation: None,
            actor: Actor::Door,
            subject,
            new_subject: false,
        },
        events: (0..wish.event_count).map(event).collect(),
    }
}

/// Clear events only: whose key is made when is another test's matter.
fn unsealed(wish: &Wish) -> Wish {
    Wish { sealed: false, ..wish.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, max_shrink_iters: 20, ..ProptestConfig::default() })]

    #[test]
    fn the_log_keeps_its_promises_under_concurrent_writers(wishes in wishes()) {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(keeps_its_promises(wishes));
    }
}

async fn keeps_its_promises(wishes: Vec<Wish>) {
    let database = TestDatabase::create().await;
    let dir = tempfile::tempdir().unwrap();
    let kek = dir.path().join("kek");
    let writers = [writer(&database, &kek).await, writer(&database, &kek).await];
    let done = Arc::new(AtomicBool::new(false));
    let tailer = tokio::spawn(tail(database.as_service(1).await, Arc::clone(&done)));

    let mut tasks = tokio::task::JoinSet::new();
    for (n, wish) in wishes.iter().map(unsealed).enumerate() {
        let log = Arc::clone(&writers[n % writers.len()]);
        tasks.spawn(async move {
            let answer = log.append(append(&wish)).await;
            (append(&wish).key, wish.event_count, answer)
        });
    }
    let mut stored: HashMap<String, (i64, u8)> = HashMap::new();
    let mut duplicates = Vec::new();
    while let Some(answered) = tasks.join_next().await {
        let (key, event_count, answer) = answered.unwrap();
        match answer {
            Ok(Appended::Stored { version, .. }) => {
                // I5: one key, one effect.
                assert!(stored.insert(key, (version, event_count)).is_none());
            }
            Ok(Appended::Duplicate { version }) => duplicates.push((key, version)),
            Err(LogError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    for (key, version) in duplicates {
        assert_eq!(stored[&key].0, version, "a repeated key gets the first answer");
    }
    done.store(true, Ordering::Release);
    let seen = tailer.await.unwrap();

    let pool = database.as_service(1).await;
    let written: u64 = stored.values().map(|(_, events)| u64::from(*events)).sum();
    assert_eq!(seen, written, "the reader saw every event, each once, in order");
    // I1, I3 and I4: no hole in the log or in a stream, every hash recomputed from stored bytes.
    let report = verify(&pool, Scope::CHAIN, |_| {}).await.unwrap();
    assert_eq!(report.broken, None);
    assert_eq!(report.event_count, written);
    // I7: the same bytes when they are read again.
    assert_eq!(digest(&pool).await, digest(&pool).await);
}

/// I2: a reader that sees a position has seen every position before it.
async fn tail(pool: PgPool, done: Arc<AtomicBool>) -> u64 {
    let log = LogReader::new(pool);
    let mut position = 0;
    loop {
        let last_look = done.load(Ordering::Acquire);
        // A page that does not begin right after the position is an error of the reader's.
        let page = log.page(position, 7).await.unwrap();
        for event in &page {
            assert_eq!(event.position, position + 1);
            position = event.position;
        }
        if page.is_empty() {
            if last_look {
                return position.unsigned_abs();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

async fn digest(pool: &PgPool) -> String {
    sqlx::query_scalar("SELECT md5(string_agg(e::text, ',' ORDER BY position)) FROM es.event e")
        .fetch_one(pool)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_key_that_was_used_for_another_stream_is_refused() {
    let database = TestDatabase::create().await;
    let dir = tempfile::tempdir().unwrap();
    let log = writer(&database, &dir.path().join("kek")).await;
    let wish = Wish { stream: 1, key: 1, event_count: 1, guess: None, sealed: false };
    log.append(append(&wish)).await.unwrap();
    let mut other = append(&Wish { stream: 2, ..wish });
    other.key = "s-1-1".to_owned();
    assert!(matches!(log.append(other).await, Err(LogError::KeyReused)));
}

#[tokio::test]
async fn a_subject_and_their_key_appear_together() {
    let database = TestDatabase::create().await;
    let dir = tempfile::tempdir().unwrap();
    let log = writer(&database, &dir.path().join("kek")).await;
    let wish = Wish { stream: 1, key: 1, event_count: 1, guess: Some(0), sealed: true };
    let unknown = log.append(append(&wish)).await;
    assert!(matches!(unknown, Err(LogError::SubjectErased)), "no key, no sealed event");
    let mut first = append(&wish);
    first.origin.new_subject = true;
    log.append(first).await.unwrap();
    let mut conflicting = append(&Wish { key: 2, ..wish });
    conflicting.origin.subject = Some(SubjectId(Uuid::from_u128(77)));
    conflicting.origin.new_subject = true;
    assert!(matches!(log.append(conflicting).await, Err(LogError::Conflict { .. })));
    let keys: i64 = sqlx::query_scalar("SELECT count(*) FROM vault.key")
        .fetch_one(&database.as_service(1).await)
        .await
        .unwrap();
    assert_eq!(keys, 1, "an append that was not stored leaves no key behind");
}

/// What an owner of the database can do behind the triggers' back, `verify` finds.
#[tokio::test]
async fn a_changed_byte_is_found_with_its_position() {
    let database = TestDatabase::create().await;
    let dir = tempfile::tempdir().unwrap();
    let log = writer(&database, &dir.path().join("kek")).await;
    for key in 0..5 {
        let wish = Wish { stream: 1, key, event_count: 1, guess: None, sealed: false };
        log.append(append(&wish)).await.unwrap();
    }
    let pool = database.as_service(1).await;
    let mut found = BTreeMap::new();
    for (what, tampering) in [
        ("body", "UPDATE es.event SET body = set_byte(body, 1, 33) WHERE position = 3"),
        ("meta", "UPDATE es.event SET meta = '{\"actor\":\"door\" }' WHERE position = 3"),
        (
            "hash",
            "UPDATE es.event SET hash = set_byte(hash, 0, get_byte(hash, 0) # 1) WHERE position = 3",
        ),
        ("type", "UPDATE es.event SET event_type = 'test.other' WHERE position = 3"),
        ("hole", "DELETE FROM es.event WHERE position = 3"),
        ("end", "DELETE FROM es.event WHERE position = 5"),
    ] {
        let mut owner = database.as_owner().await;
        let mut transaction = sqlx::Connection::begin(&mut owner).await.unwrap();
        // Behind the triggers' back: only a superuser can.
        sqlx::query("SET LOCAL session_replication_role = replica")
            .execute(&mut *transaction)
            .await
            .unwrap();
        sqlx::query(tampering).execute(&mut *transaction).await.unwrap();
        transaction.commit().await.unwrap();
        let report = verify(&pool, Scope::CHAIN, |_| {}).await.unwrap();
        found.insert(what, report.broken.map(|broken| broken.position));
        restore(&database, &log).await;
    }
    assert!(found.values().all(Option::is_some), "{found:?}");
    assert_eq!(found["body"], Some(3), "{found:?}");
    assert_eq!(found["hole"], Some(3), "{found:?}");
}

/// Puts the log back as it was: five events of one stream, written anew.
async fn restore(database: &TestDatabase, log: &Arc<PgLog>) {
    let mut owner = database.as_owner().await;
    for statement in [
        "SET session_replication_role = replica",
        "DELETE FROM es.event",
        "DELETE FROM es.stream",
        "DELETE FROM es.append_key",
        "UPDATE es.log_head SET position = 0",
    ] {
        sqlx::query(statement).execute(&mut owner).await.unwrap();
    }
    for key in 0..5 {
        let wish = Wish { stream: 1, key, event_count: 1, guess: None, sealed: false };
        log.append(append(&wish)).await.unwrap();
    }
}

/// Waits until a statement of this database waits for a lock.
async fn until_blocked(pool: &PgPool) {
    loop {
        let blocked: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a USING (pid) \
                             WHERE NOT l.granted AND a.datname = current_database())",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        if blocked {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_command_that_another_writer_stores_meanwhile_is_a_duplicate() {
    let database = TestDatabase::create().await;
    let dir = tempfile::tempdir().unwrap();
    let log = writer(&database, &dir.path().join("kek")).await;
    let wish = |key, guess| Wish { stream: 1, key, event_count: 1, guess, sealed: false };
    let first = log.append(append(&wish(1, Some(0)))).await.unwrap();
    assert!(matches!(first, Appended::Stored { version: 1, .. }), "{first:?}");

    // The other writer holds the stream's row, and has stored the command under its key.
    let mut owner = database.as_owner().await;
    let mut other = sqlx::Connection::begin(&mut owner).await.unwrap();
    sqlx::query("UPDATE es.stream SET version = 2 WHERE stream_id = 's-1'")
        .execute(&mut *other)
        .await
        .unwrap();
    sqlx::query("INSERT INTO es.append_key VALUES (0, 's-1-2', 's-1', 2, now())")
        .execute(&mut *other)
        .await
        .unwrap();
    let waiting = tokio::spawn({
        let (log, append) = (Arc::clone(&log), append(&wish(2, Some(1))));
        async move { log.append(append).await }
    });
    until_blocked(&database.as_service(1).await).await;
    other.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), Appended::Duplicate { version: 2 });
    let conflict = log.append(append(&wish(3, Some(1)))).await;
    assert!(matches!(conflict, Err(LogError::Conflict { version: 2 })), "{conflict:?}");
}
