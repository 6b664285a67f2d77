//! Generations of a collection: one is read while the next is filled.

use std::sync::Arc;

use hip_commands::port::document_store::{CollectionName, DocumentError, Put};

use super::{
    Store, contexts, get, in_mongo, in_postgres, live, named, patient, position, prepared, put,
    write,
};
use crate::stores::contract::cases;

async fn generations_lie_side_by_side_until_one_is_promoted(store: Store) {
    let contexts = contexts();
    assert_eq!(store.live(&contexts).await.unwrap(), None);
    prepared(&store, 1).await;
    prepared(&store, 1).await;
    write(&store, 1, &[put("k", 7, named("first"))]).await;
    assert_eq!(get(&store, "k").await, None, "none is read before it was promoted");
    store.promote(&contexts, 1).await.unwrap();
    store.promote(&contexts, 1).await.unwrap();
    assert_eq!(store.live(&contexts).await.unwrap(), Some(1));

    prepared(&store, 2).await;
    write(&store, 2, &[put("k", 5, named("second")), put("k2", 6, named("second"))]).await;
    write(&store, 1, &[put("k", 8, named("first"))]).await;
    assert_eq!((position(&store, "k").await, get(&store, "k2").await), (Some(8), None));
    store.promote(&contexts, 2).await.unwrap();
    write(&store, 2, &[put("k3", 9, named("second"))]).await;
    for (key, position, generation) in [("k", 5, 2), ("k2", 6, 2), ("k3", 9, 2)] {
        let stored = get(&store, key).await.unwrap();
        assert_eq!((stored.position, stored.generation), (position, generation));
    }
    assert_eq!(store.live(&contexts).await.unwrap(), Some(2));
}

async fn a_generation_that_is_not_there_takes_nothing(store: Store) {
    let contexts = contexts();
    let is_unknown = |outcome: Result<(), DocumentError>, expected: i32| {
        matches!(&outcome, Err(error @ DocumentError::UnknownGeneration { generation, .. })
            if *generation == expected && !error.is_transient())
    };
    let puts = [put("k", 7, named("x"))];
    assert!(is_unknown(store.put_many(&contexts, 1, &puts).await, 1));
    assert!(is_unknown(store.promote(&contexts, 1).await, 1));
    live(&store).await;
    prepared(&store, 2).await;
    store.promote(&contexts, 2).await.unwrap();
    assert!(is_unknown(store.put_many(&contexts, 1, &puts).await, 1), "it was replaced");
    assert!(is_unknown(store.promote(&contexts, 1).await, 1), "there is no way back");

    prepared(&store, 3).await;
    write(&store, 3, &puts).await;
    for _ in 0..2 {
        store.retire(&contexts, 3).await.unwrap();
        store.retire(&contexts, 1).await.unwrap();
    }
    assert!(is_unknown(store.put_many(&contexts, 3, &puts).await, 3));
    let refused = store.retire(&contexts, 2).await;
    assert!(matches!(refused, Err(DocumentError::Live { generation: 2, .. })), "{refused:?}");
    // Its number can be used again, and nothing is left in it.
    prepared(&store, 3).await;
    assert_eq!(store.digest(&contexts, 3).await.unwrap().count, 0);
}

async fn a_reader_sees_one_generation_or_the_other(store: Store) {
    live(&store).await;
    let keys: Vec<String> = (0..150).map(|number| format!("{number:03}")).collect();
    let all = |position| -> Vec<Put> {
        keys.iter().map(|key| put(key, position, patient(key, &["1"]))).collect()
    };
    write(&store, 1, &all(7)).await;
    let reader = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            let mut seen: Vec<i32> = Vec::new();
            while seen.last() != Some(&4) {
                let page = store.page(&contexts(), None, 500).await.unwrap();
                assert_eq!(page.len(), 150, "a half-filled generation was seen");
                seen.push(page[0].generation);
                assert!(page.iter().all(|document| document.generation == page[0].generation));
            }
            seen
        }
    });
    for generation in 2..=4 {
        prepared(&store, generation).await;
        write(&store, generation, &all(6)).await;
        store.promote(&contexts(), generation).await.unwrap();
    }
    let seen = reader.await.unwrap();
    assert!(seen.is_sorted(), "{seen:?}");
}

async fn a_writer_goes_on_while_its_generation_is_promoted(store: Store) {
    live(&store).await;
    prepared(&store, 2).await;
    let writer = tokio::spawn({
        let store = Arc::clone(&store);
        async move {
            for number in 0..60 {
                write(&store, 2, &[put(&format!("{number:02}"), number, named("x"))]).await;
            }
        }
    });
    while store.digest(&contexts(), 2).await.unwrap().count < 10 {
        tokio::task::yield_now().await;
    }
    store.promote(&contexts(), 2).await.unwrap();
    writer.await.unwrap();
    assert_eq!(store.page(&contexts(), None, 100).await.unwrap().len(), 60);
}

async fn a_generation_is_readable_while_it_is_filled(store: Store) {
    let contexts = contexts();
    let unknown = store.get_in(&contexts, 1, "k").await;
    assert!(matches!(unknown, Err(DocumentError::UnknownGeneration { generation: 1, .. })));
    live(&store).await;
    prepared(&store, 2).await;
    write(&store, 1, &[put("k", 7, named("first")), put("gone", 7, named("first"))]).await;
    write(&store, 2, &[put("k", 5, named("second"))]).await;
    store.remove(&contexts, 1, "gone", 8).await.unwrap();
    let in_generation = async |generation, key: &str| {
        let found = store.get_in(&contexts, generation, key).await.unwrap();
        found.map(|document| (document.generation, document.position))
    };
    assert_eq!(in_generation(1, "k").await, Some((1, 7)));
    assert_eq!(in_generation(2, "k").await, Some((2, 5)));
    assert_eq!((in_generation(1, "gone").await, in_generation(2, "gone").await), (None, None));
    store.promote(&contexts, 2).await.unwrap();
    assert_eq!(in_generation(2, "k").await, Some((2, 5)));
    let replaced = store.get_in(&contexts, 1, "k").await;
    assert!(matches!(replaced, Err(DocumentError::UnknownGeneration { generation: 1, .. })));
}

async fn several_writers_begin_one_collection(store: Store) {
    for round in 0..20 {
        let name = CollectionName::parse(format!("begun{round}")).unwrap();
        let writers: Vec<_> = (0..6)
            .map(|number| {
                let (store, name) = (Arc::clone(&store), name.clone());
                tokio::spawn(async move {
                    let puts = [put(&format!("{number}"), 7, named("x"))];
                    // As a reader does: what it finds lost it begins again.
                    for _ in 0..20 {
                        let begun = begin(&store, &name).await.is_ok();
                        if begun && store.put_many(&name, 1, &puts).await.is_ok() {
                            return;
                        }
                    }
                    panic!("{name} cannot be written");
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        assert_eq!(store.page(&name, None, 100).await.unwrap().len(), 6, "{name}");
    }
}

async fn begin(store: &Store, name: &CollectionName) -> Result<(), DocumentError> {
    if store.live(name).await?.is_none() {
        store.prepare(name, 1, &[]).await?;
        store.promote(name, 1).await?;
    }
    Ok(())
}

macro_rules! suite {
    ($adapter:ident, $open:ident) => {
        cases!($adapter, $open:
            generations_lie_side_by_side_until_one_is_promoted
            a_generation_that_is_not_there_takes_nothing
            a_reader_sees_one_generation_or_the_other
            a_writer_goes_on_while_its_generation_is_promoted
            a_generation_is_readable_while_it_is_filled
            several_writers_begin_one_collection
        );
    };
}
suite!(postgres, in_postgres);
suite!(mongo, in_mongo);
