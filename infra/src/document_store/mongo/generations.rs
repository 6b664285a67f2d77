//! The generations of a collection.
//!
//! Each is a collection of the server, `<name>__g<number>`, and the live one is `<name>`. A promotion is
//! a rename, which is atomic for readers. A registry lists the generations by the ids of their
//! collections, which survive a rename. So a write for one generation never reaches a collection that
//! only has its old name.
//!
//! A promotion is recorded in the registry before and after the rename. If it was interrupted, the next process
//! that reads the registry completes it.

use std::collections::BTreeMap;

use hip_commands::port::document_store::{CollectionName, DocumentError, Index};
use mongodb::bson::{Binary, Bson, Document, doc};
use mongodb::options::{IndexOptions, ReturnDocument};
use mongodb::{Collection, Database, IndexModel};

use super::bson::{GENERATION, GONE, POSITION};
use super::fault::{COLLECTION_UUID_MISMATCH, code, fault};
use super::within;

/// The collection of the registry: one document for each collection.
const REGISTRY: &str = "hip_generation";

const NAMESPACE_NOT_FOUND: i32 = 26;

/// Maximum number of attempts if another promotion is running.
const PROMOTION_COUNT_MAX: u32 = 3;

/// Location of a generation.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) uuid: Binary,
}

/// A registry entry.
#[derive(Default)]
struct Registered {
    live: Option<i32>,
    promoting: Option<i32>,
    uuids: BTreeMap<i32, Binary>,
}

impl Registered {
    fn read(stored: &Document) -> Self {
        let uuids = stored.get_document("uuids").ok();
        let uuid = |(generation, uuid): (&String, &Bson)| {
            let Bson::Binary(uuid) = uuid else { return None };
            Some((generation.parse().ok()?, uuid.clone()))
        };
        Self {
            live: stored.get_i32("live").ok(),
            promoting: stored.get_i32("promoting").ok(),
            uuids: uuids.into_iter().flatten().filter_map(uuid).collect(),
        }
    }
}

pub(super) async fn live(
    database: &Database,
    collection: &CollectionName,
) -> Result<Option<i32>, DocumentError> {
    Ok(settled(database, collection).await?.live)
}

/// The location of a generation that can be written.
pub(super) async fn place(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
) -> Result<Place, DocumentError> {
    let Registered { live, mut uuids, .. } = settled(database, collection).await?;
    let uuid = uuids.remove(&generation).ok_or_else(|| unknown(collection, generation))?;
    let name = if live == Some(generation) {
        collection.as_str().to_owned()
    } else {
        beside(collection, generation)
    };
    Ok(Place { name, uuid })
}

pub(super) async fn prepare(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
    indexes: &[Index],
) -> Result<(), DocumentError> {
    if settled(database, collection).await?.uuids.contains_key(&generation) {
        return Ok(());
    }
    let name = beside(collection, generation);
    match within(database.create_collection(&name)).await {
        // Left by an interrupted process, so it is empty.
        Err(error) if !exists(database, &name).await? => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let models = indexes.iter().map(model).chain([tombstones()]);
    within(database.collection::<Document>(&name).create_indexes(models)).await?;
    let made = uuid(database, &name).await?.ok_or_else(|| unknown(collection, generation))?;
    if register(database, collection, generation, &made).await? != made {
        // Another process promoted it first, so the name was free again.
        within(database.collection::<Document>(&name).drop()).await?;
    }
    Ok(())
}

/// Registers the location of a generation if it is unknown. Returns the registered location.
async fn register(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
    made: &Binary,
) -> Result<Binary, DocumentError> {
    let entry = format!("uuids.{generation}");
    let first = doc! { "$ifNull": [format!("${entry}"), made] };
    let stored = within(
        registry(database)
            .find_one_and_update(
                doc! { "_id": collection.as_str() },
                vec![doc! { "$set": { entry: first } }],
            )
            .upsert(true)
            .return_document(ReturnDocument::After),
    )
    .await?;
    let mut uuids = stored.as_ref().map(Registered::read).unwrap_or_default().uuids;
    uuids.remove(&generation).ok_or_else(|| unknown(collection, generation))
}

pub(super) async fn promote(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
) -> Result<(), DocumentError> {
    for _ in 0..PROMOTION_COUNT_MAX {
        let registered = settled(database, collection).await?;
        if registered.live == Some(generation) {
            return Ok(());
        }
        if !registered.uuids.contains_key(&generation) {
            return Err(unknown(collection, generation));
        }
        if registered.live.is_none() && has_foreign(database, collection).await? {
            return Err(DocumentError::Foreign(collection.clone()));
        }
        within(registry(database).update_one(
            doc! {
                "_id": collection.as_str(),
                "promoting": { "$exists": false },
                "live": { "$ne": generation },
            },
            doc! { "$set": { "promoting": generation } },
        ))
        .await?;
        // Completed when the registry is next read, or by the process that came first.
    }
    let is_live = live(database, collection).await? == Some(generation);
    if is_live { Ok(()) } else { Err(DocumentError::Unavailable("others promote, too".into())) }
}

pub(super) async fn retire(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
) -> Result<(), DocumentError> {
    if live(database, collection).await? == Some(generation) {
        return Err(DocumentError::Live { collection: collection.clone(), generation });
    }
    // The registry last: an unregistered collection is empty if it exists.
    within(database.collection::<Document>(&beside(collection, generation)).drop()).await?;
    within(registry(database).update_one(
        doc! { "_id": collection.as_str() },
        doc! { "$unset": { format!("uuids.{generation}"): "" } },
    ))
    .await?;
    Ok(())
}

/// The registry entry, after completing an unfinished promotion.
async fn settled(
    database: &Database,
    collection: &CollectionName,
) -> Result<Registered, DocumentError> {
    loop {
        let filter = doc! { "_id": collection.as_str() };
        let stored = within(registry(database).find_one(filter)).await?;
        let registered = stored.as_ref().map(Registered::read).unwrap_or_default();
        match registered.promoting {
            Some(generation) => finish(database, collection, generation, &registered).await?,
            None => return Ok(registered),
        }
    }
}

/// Renames the collection that is being promoted, if not done yet, and records it.
async fn finish(
    database: &Database,
    collection: &CollectionName,
    generation: i32,
    registered: &Registered,
) -> Result<(), DocumentError> {
    if let Some(uuid) = registered.uuids.get(&generation) {
        let full_name = |name: &str| format!("{}.{name}", database.name());
        let rename = doc! {
            "renameCollection": full_name(&beside(collection, generation)),
            "to": full_name(collection.as_str()),
            "dropTarget": true,
            "collectionUUID": uuid,
            "writeConcern": { "w": "majority" },
        };
        let admin = database.client().database("admin");
        match tokio::time::timeout(super::TIMEOUT, admin.run_command(rename)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error))
                if matches!(code(&error), Some(NAMESPACE_NOT_FOUND | COLLECTION_UUID_MISMATCH)) => {
            }
            Ok(Err(error)) => return Err(fault(&error)),
            Err(late) => return Err(DocumentError::Unavailable(Box::new(late))),
        }
    }
    let mut gone = doc! { "promoting": "" };
    // Two processes that promote the same generation may both get here: the live one keeps its name.
    if let Some(former) = registered.live.filter(|former| *former != generation) {
        gone.insert(format!("uuids.{former}"), "");
    }
    within(registry(database).update_one(
        doc! { "_id": collection.as_str(), "promoting": generation },
        doc! { "$set": { "live": generation }, "$unset": gone },
    ))
    .await?;
    Ok(())
}

/// Whether documents of another program exist under the plain name. Checked only before the first promotion:
/// afterwards the collection is ours.
async fn has_foreign(
    database: &Database,
    collection: &CollectionName,
) -> Result<bool, DocumentError> {
    let documents = database.collection::<Document>(collection.as_str());
    let foreign = doc! { GENERATION: { "$exists": false } };
    Ok(within(documents.find_one(foreign)).await?.is_some())
}

/// The id of a collection, which a rename does not change.
async fn uuid(database: &Database, name: &str) -> Result<Option<Binary>, DocumentError> {
    let listed = within(database.list_collections().filter(doc! { "name": name })).await?;
    let found: Vec<_> = within(futures_util::TryStreamExt::try_collect(listed)).await?;
    Ok(found.into_iter().find_map(|collection| collection.info.uuid))
}

async fn exists(database: &Database, name: &str) -> Result<bool, DocumentError> {
    Ok(uuid(database, name).await?.is_some())
}

fn registry(database: &Database) -> Collection<Document> {
    database.collection(REGISTRY)
}

fn beside(collection: &CollectionName, generation: i32) -> String {
    format!("{collection}__g{generation}")
}

/// A unique index that skips documents without the field, such as tombstones.
fn model(index: &Index) -> IndexModel {
    let options = IndexOptions::builder().unique(index.is_unique).sparse(index.is_unique).build();
    IndexModel::builder().keys(doc! { index.field.as_str(): 1 }).options(options).build()
}

/// Partial index over tombstones only, so it costs nothing without them.
fn tombstones() -> IndexModel {
    let options = IndexOptions::builder().partial_filter_expression(doc! { GONE: true }).build();
    IndexModel::builder().keys(doc! { POSITION: 1 }).options(options).build()
}

fn unknown(collection: &CollectionName, generation: i32) -> DocumentError {
    DocumentError::UnknownGeneration { collection: collection.clone(), generation }
}
