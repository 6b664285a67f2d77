//! What other programs see of the documents in `MongoDB`.

use chrono::{DateTime, Utc};
use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{CollectionName, DocumentError, Fields, Index, Put};
use hip_infra::document_store::MongoDocumentStore;
use hip_tests::servers::{mongo_database, mongo_url};
use mongodb::bson::{Document, doc};
use secrecy::SecretString;

fn responses() -> CollectionName {
    CollectionName::parse("GenerateTokenAbdmResponses").unwrap()
}

async fn live(store: &MongoDocumentStore, indexes: &[Index]) -> Result<(), DocumentError> {
    store.prepare(&responses(), 1, indexes).await?;
    store.promote(&responses(), 1).await
}

#[tokio::test]
async fn another_program_reads_plain_documents_under_the_plain_name() {
    let Some(url) = mongo_url().await else { return };
    let store = MongoDocumentStore::new(&SecretString::from(url.clone())).await.unwrap();
    live(&store, &[]).await.unwrap();
    let at: DateTime<Utc> = "2026-09-14T10:15:00.123Z".parse().unwrap();
    let fields = Fields::new()
        .with("abhaAddress", "kavya.n90@sbx")
        .with("response", r#"{"LinkToken":"x"}"#)
        .with("createdDate", at);
    let put = Put { key: "k".to_owned(), position: 7, fields };
    store.put_many(&responses(), 1, &[put]).await.unwrap();
    store.remove(&responses(), 1, "gone", 8).await.unwrap();

    let read = mongo_database(&url).await.collection::<Document>("GenerateTokenAbdmResponses");
    let found = read.find_one(doc! { "abhaAddress": "kavya.n90@sbx" }).await.unwrap().unwrap();
    let created = found.get_datetime("createdDate").unwrap();
    assert_eq!(created.timestamp_millis(), at.timestamp_millis(), "a date, not a text");
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["_id", "_gen", "_pos", "abhaAddress", "createdDate", "response"]);
    let tombstone = read.find_one(doc! { "_id": "gone" }).await.unwrap().unwrap();
    assert_eq!(tombstone.len(), 4, "nothing that others look for");
}

#[tokio::test]
async fn a_collection_of_others_is_not_taken_away() {
    let Some(url) = mongo_url().await else { return };
    let database = mongo_database(&url).await;
    let theirs = database.collection::<Document>("GenerateTokenAbdmResponses");
    theirs.insert_one(doc! { "abhaAddress": "x" }).await.unwrap();
    let store = MongoDocumentStore::new(&SecretString::from(url)).await.unwrap();
    let refused = live(&store, &[]).await;
    assert!(matches!(refused, Err(DocumentError::Foreign(_))), "{refused:?}");
    assert!(store.page(&responses(), None, 10).await.unwrap().is_empty(), "it is not ours");
    theirs.delete_many(doc! {}).await.unwrap();
    live(&store, &[]).await.unwrap();
}

#[tokio::test]
async fn an_interrupted_promotion_is_finished_by_the_next_process() {
    let Some(url) = mongo_url().await else { return };
    let store = MongoDocumentStore::new(&SecretString::from(url.clone())).await.unwrap();
    live(&store, &[]).await.unwrap();
    let registry = mongo_database(&url).await.collection::<Document>("hip_generation");
    let put = Put { key: "k".to_owned(), position: 7, fields: Fields::new() };
    for (generation, is_renamed) in [(2, false), (3, true)] {
        store.prepare(&responses(), generation, &[]).await.unwrap();
        store.put_many(&responses(), generation, std::slice::from_ref(&put)).await.unwrap();
        let of_collection = doc! { "_id": responses().as_str() };
        let begun = doc! { "$set": { "promoting": generation } };
        if is_renamed {
            // All was done but the last word.
            let before = registry.find_one(of_collection.clone()).await.unwrap().unwrap();
            store.promote(&responses(), generation).await.unwrap();
            registry.replace_one(of_collection.clone(), before).await.unwrap();
        }
        registry.update_one(of_collection, begun).await.unwrap();
        assert_eq!(store.live(&responses()).await.unwrap(), Some(generation));
        let stored = store.get(&responses(), "k").await.unwrap().unwrap();
        assert_eq!(stored.generation, generation);
    }
}

#[tokio::test]
async fn a_writer_that_was_overtaken_by_a_promotion_makes_no_second_collection() {
    let Some(url) = mongo_url().await else { return };
    let store = MongoDocumentStore::new(&SecretString::from(url.clone())).await.unwrap();
    live(&store, &[]).await.unwrap();
    store.prepare(&responses(), 2, &[]).await.unwrap();
    let database = mongo_database(&url).await;
    let registry = database.collection::<Document>("hip_generation");
    let before = registry.find_one(doc! {}).await.unwrap().unwrap();
    store.promote(&responses(), 2).await.unwrap();
    let after = registry.find_one(doc! {}).await.unwrap().unwrap();

    // As one sees it who has looked just before.
    registry.replace_one(doc! {}, before).await.unwrap();
    let put = Put { key: "k".to_owned(), position: 7, fields: Fields::new() };
    let refused = store.put_many(&responses(), 2, std::slice::from_ref(&put)).await.unwrap_err();
    assert!(refused.is_transient(), "{refused:?}");
    let names = database.list_collection_names().await.unwrap();
    assert!(!names.iter().any(|name| name.contains("__g")), "{names:?}");

    registry.replace_one(doc! {}, after).await.unwrap();
    store.put_many(&responses(), 2, &[put]).await.unwrap();
    assert!(store.get(&responses(), "k").await.unwrap().is_some());
}
