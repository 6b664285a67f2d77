//! The document store, in Postgres and in `MongoDB`.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::document::DOCUMENT_BYTES_MAX;
use hip_commands::port::document_store::{
    CollectionName, Document, DocumentError, FieldPath, FieldValue, Fields, Index, Put, Sought,
};
use hip_infra::document_store::{MongoDocumentStore, PgDocumentStore};
use hip_tests::TestDatabase;
use hip_tests::process::free_port;
use hip_tests::servers::mongo_url;
use secrecy::SecretString;
use sqlx::postgres::PgPoolOptions;

use super::cases;

mod generations;

type Store = Arc<dyn DocumentStore>;

async fn in_postgres() -> Option<Store> {
    let database = TestDatabase::create().await;
    Some(Arc::new(PgDocumentStore::new(database.as_service(8).await)))
}

async fn in_mongo() -> Option<Store> {
    let url = SecretString::from(mongo_url().await?);
    Some(Arc::new(MongoDocumentStore::new(&url).await.unwrap()))
}

fn contexts() -> CollectionName {
    CollectionName::parse("PatientCareContexts").unwrap()
}

fn path(text: &str) -> FieldPath {
    FieldPath::parse(text).unwrap()
}

fn put(key: &str, position: i64, fields: Fields) -> Put {
    Put { key: key.to_owned(), position, fields }
}

fn named(name: &str) -> Fields {
    Fields::new().with("name", name)
}

/// A document as AMRIT has them: texts in any script, a list of documents, a date.
fn patient(name: &str, visits: &[&str]) -> Fields {
    let at: DateTime<Utc> = "2026-09-14T10:15:00.123Z".parse().unwrap();
    let visit = |code: &&str| -> FieldValue {
        let linked = Fields::new().with("careContextLinkedDate", at);
        linked.with("ReferenceNumber", *code).with("Display", "ओपीडी \"परामर्श\"").into()
    };
    named(name)
        .with("caseReferenceNumber", 30_000_i64)
        .with("isActive", true)
        .with("careContextsList", visits.iter().map(visit).collect::<Vec<_>>())
        .with("address", Fields::new().with("state", "केरल"))
}

async fn prepared(store: &Store, generation: i32) {
    let indexes = [
        Index { field: path("requestid"), is_unique: true },
        Index { field: path("careContextsList.ReferenceNumber"), is_unique: false },
    ];
    store.prepare(&contexts(), generation, &indexes).await.unwrap();
}

/// A store whose first generation is live.
async fn live(store: &Store) {
    prepared(store, 1).await;
    store.promote(&contexts(), 1).await.unwrap();
}

async fn write(store: &Store, generation: i32, puts: &[Put]) {
    store.put_many(&contexts(), generation, puts).await.unwrap();
}

async fn get(store: &Store, key: &str) -> Option<Document> {
    store.get(&contexts(), key).await.unwrap()
}

async fn position(store: &Store, key: &str) -> Option<i64> {
    get(store, key).await.map(|document| document.position)
}

async fn found(store: &Store, field: &str, value: Sought<'_>) -> Vec<String> {
    let found = store.find(&contexts(), &path(field), value, 10).await.unwrap();
    found.into_iter().map(|document| document.key).collect()
}

async fn a_document_comes_back_as_it_was_put(store: Store) {
    live(&store).await;
    let fields = patient("प्रीति Iyer", &["1", "2"]).with("empty", Fields::new());
    write(&store, 1, &[put("k/1 é", 7, fields.clone())]).await;
    let stored = get(&store, "k/1 é").await.unwrap();
    assert!(stored.fields == fields, "fields differ");
    assert_eq!((stored.key.as_str(), stored.position, stored.generation), ("k/1 é", 7, 1));
    assert_eq!(get(&store, "k/1").await, None);
    store.ping().await.unwrap();
}

async fn only_a_later_position_replaces(store: Store) {
    live(&store).await;
    write(&store, 1, &[put("k", 7, named("first"))]).await;
    for position in [6, 7] {
        write(&store, 1, &[put("k", position, named("late")), put("new", position, named("x"))])
            .await;
        assert!(get(&store, "k").await.unwrap().fields == named("first"));
    }
    assert_eq!(position(&store, "new").await, Some(7));
    // Wholly: nothing of the former is left. And of several the latest.
    let next = Fields::new().with("other", "x");
    write(&store, 1, &[put("k", 9, next.clone()), put("k", 8, named("late"))]).await;
    let stored = get(&store, "k").await.unwrap();
    assert!(stored.position == 9 && stored.fields == next);
}

async fn a_tombstone_keeps_away_what_comes_late(store: Store) {
    live(&store).await;
    let contexts = contexts();
    write(&store, 1, &[put("k", 7, named("x").with("requestid", "r"))]).await;
    store.remove(&contexts, 1, "k", 6).await.unwrap();
    assert_eq!(position(&store, "k").await, Some(7), "it was put after that");
    store.remove(&contexts, 1, "k", 9).await.unwrap();
    store.remove(&contexts, 1, "never", 5).await.unwrap();
    write(&store, 1, &[put("k", 8, named("late")), put("never", 5, named("late"))]).await;
    assert_eq!((get(&store, "k").await, get(&store, "never").await), (None, None));
    assert_eq!(store.page(&contexts, None, 10).await.unwrap(), []);
    assert_eq!(found(&store, "requestid", Sought::Text("r")).await, [""; 0]);
    assert_eq!(store.digest(&contexts, 1).await.unwrap().count, 0);

    // The value of a unique field is free again.
    write(&store, 1, &[put("other", 10, named("x").with("requestid", "r"))]).await;
    assert_eq!(store.purge_tombstones(&contexts, 1, 5).await.unwrap(), 1);
    write(&store, 1, &[put("k", 8, named("late")), put("never", 4, named("x"))]).await;
    assert_eq!((position(&store, "k").await, position(&store, "never").await), (None, Some(4)));
    write(&store, 1, &[put("k", 11, named("again"))]).await;
    assert_eq!(position(&store, "k").await, Some(11));
    assert_eq!(store.purge_tombstones(&contexts, 1, 99).await.unwrap(), 0);
}

async fn documents_are_found_by_what_they_hold(store: Store) {
    live(&store).await;
    let puts = [
        put("b", 1, patient("प्रीति", &["30027000000541", "30027000000588"])),
        put("a", 2, patient("आशा", &["30027000000588"])),
        put("c", 3, named("x").with("ids", vec![1_i64.into(), "two".into()]).with("n", "a\"b\\")),
    ];
    write(&store, 1, &puts).await;
    let in_list = "careContextsList.ReferenceNumber";
    assert_eq!(found(&store, in_list, Sought::Text("30027000000588")).await, ["a", "b"]);
    assert_eq!(found(&store, in_list, Sought::Text("30027000000541")).await, ["b"]);
    assert_eq!(found(&store, in_list, Sought::Text("3002700000054")).await, [""; 0]);
    assert_eq!(found(&store, "name", Sought::Text("प्रीति")).await, ["b"]);
    assert_eq!(found(&store, "address.state", Sought::Text("केरल")).await, ["a", "b"]);
    assert_eq!(found(&store, "caseReferenceNumber", Sought::Integer(30_000)).await, ["a", "b"]);
    assert_eq!(found(&store, "caseReferenceNumber", Sought::Text("30000")).await, [""; 0]);
    assert_eq!(found(&store, "isActive", Sought::Flag(true)).await, ["a", "b"]);
    assert_eq!(found(&store, "ids", Sought::Text("two")).await, ["c"]);
    assert_eq!(found(&store, "ids", Sought::Integer(1)).await, ["c"]);
    assert_eq!(found(&store, "n", Sought::Text("a\"b\\")).await, ["c"]);
    assert_eq!(found(&store, "missing", Sought::Text("x")).await, [""; 0]);
    let limited = store.find(&contexts(), &path("isActive"), Sought::Flag(true), 1).await.unwrap();
    assert_eq!(limited.len(), 1);
}

async fn a_thousand_documents_are_paged_in_the_order_of_their_bytes(store: Store) {
    live(&store).await;
    let mut keys: Vec<String> = (0..1000).map(|number| format!("{number}")).collect();
    keys.extend(["a", "B", "é", "ओ", "a-b", "a b"].map(str::to_owned));
    let puts: Vec<Put> = keys.iter().map(|key| put(key, 1, patient(key, &["1", key]))).collect();
    write(&store, 1, &puts).await;
    write(&store, 1, &puts).await;
    keys.sort_unstable();
    let mut read: Vec<String> = Vec::new();
    loop {
        let after = read.last().map(String::as_str);
        let page = store.page(&contexts(), after, 300).await.unwrap();
        if page.is_empty() {
            break;
        }
        read.extend(page.into_iter().map(|document| document.key));
    }
    assert_eq!(read, keys);
    assert_eq!(store.digest(&contexts(), 1).await.unwrap().count, 1006);
}

async fn the_latest_of_concurrent_writes_wins(store: Store) {
    live(&store).await;
    let writers: Vec<_> = (0..8_i64)
        .map(|writer| {
            let store = Arc::clone(&store);
            tokio::spawn(async move {
                for round in 1..=15 {
                    // Each position once, and in no order; the keys in either order.
                    let position = (round * 8 + writer) * 7919 % 120 + 1;
                    let mut puts = ["a", "b"].map(|key| put(key, position, named(key)));
                    if writer % 2 == 0 {
                        puts.reverse();
                    }
                    write(&store, 1, &puts).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!((position(&store, "a").await, position(&store, "b").await), (Some(120), Some(120)));
}

async fn a_unique_value_has_one_document(store: Store) {
    live(&store).await;
    let with = |key, position, id: &str| put(key, position, named("x").with("requestid", id));
    write(&store, 1, &[with("a", 1, "r1"), with("b", 2, "r2"), put("c", 3, named("none"))]).await;
    write(&store, 1, &[put("d", 3, named("none")), with("a", 4, "r1")]).await;
    let secret = "meera.k22@sbx";
    write(&store, 1, &[with("a", 5, secret)]).await;
    let refused = store.put_many(&contexts(), 1, &[with("e", 6, secret)]).await.unwrap_err();
    assert!(matches!(refused, DocumentError::Duplicate(_)), "{refused:?}");
    assert!(!refused.is_transient() && !format!("{refused:?} {refused}").contains("meera"));
    write(&store, 1, &[with("e", 7, "r1")]).await;
    assert_eq!(found(&store, "requestid", Sought::Text("r1")).await, ["e"]);
}

async fn a_document_that_is_too_large_is_not_sent(store: Store) {
    live(&store).await;
    let large = put("k", 7, named(&"x".repeat(DOCUMENT_BYTES_MAX)));
    let refused = store.put_many(&contexts(), 1, &[large]).await.unwrap_err();
    assert!(matches!(refused, DocumentError::TooLarge { position: 7, .. }), "{refused:?}");
    let largest = put("k", 7, named(&"x".repeat(DOCUMENT_BYTES_MAX - 20)));
    write(&store, 1, &[largest, put("other", 8, named(&"y".repeat(5 << 20)))]).await;
    assert_eq!((position(&store, "k").await, position(&store, "other").await), (Some(7), Some(8)));
    let zero = store.put_many(&contexts(), 1, &[put("k", 9, named("\0"))]).await.unwrap_err();
    assert!(matches!(zero, DocumentError::Unstorable { position: 9, .. }), "{zero:?}");
}

async fn the_same_documents_have_the_same_digest(store: Store) {
    live(&store).await;
    prepared(&store, 2).await;
    let puts = |position: i64| {
        let of = move |key: &&str| put(key, position, patient(key, &["1", "2"]));
        ["प्रीति", "b", "a"].iter().map(of).collect::<Vec<_>>()
    };
    write(&store, 1, &puts(1)).await;
    for put in puts(5).into_iter().rev() {
        write(&store, 2, &[put]).await;
    }
    store.remove(&contexts(), 2, "gone", 6).await.unwrap();
    let first = store.digest(&contexts(), 1).await.unwrap();
    assert_eq!(first, store.digest(&contexts(), 2).await.unwrap(), "order and positions tell");
    // In every store, so written down here.
    let expected = "3acd7e8acff060babb5043b25badb573f4b9fe801bf48789c1ff0d582f6ea18b";
    assert_eq!((first.count, first.digest.as_str()), (3, expected));

    write(&store, 2, &[put("b", 9, patient("b", &["1", "3"]))]).await;
    assert_ne!(first, store.digest(&contexts(), 2).await.unwrap());
}

macro_rules! suite {
    ($adapter:ident, $open:ident) => {
        cases!($adapter, $open:
            a_document_comes_back_as_it_was_put
            only_a_later_position_replaces
            a_tombstone_keeps_away_what_comes_late
            documents_are_found_by_what_they_hold
            a_thousand_documents_are_paged_in_the_order_of_their_bytes
            the_latest_of_concurrent_writes_wins
            a_unique_value_has_one_document
            a_document_that_is_too_large_is_not_sent
            the_same_documents_have_the_same_digest
        );
    };
}
suite!(postgres, in_postgres);
suite!(mongo, in_mongo);

async fn is_away(store: &dyn DocumentStore) {
    let error = store.get(&contexts(), "k").await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
    let puts = [put("k", 7, named("x"))];
    let error = store.put_many(&contexts(), 1, &puts).await.unwrap_err();
    assert!(error.is_transient(), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_away_is_a_passing_trouble() {
    let port = free_port();
    let url = SecretString::from(format!("mongodb://127.0.0.1:{port}/x?directConnection=true"));
    is_away(&MongoDocumentStore::new(&url).await.unwrap()).await;
    // How long is the pool's to say.
    let pool = PgPoolOptions::new()
        .acquire_timeout(Duration::from_secs(1))
        .connect_lazy(&format!("postgres://hip@127.0.0.1:{port}/x"))
        .unwrap();
    is_away(&PgDocumentStore::new(pool)).await;
}
