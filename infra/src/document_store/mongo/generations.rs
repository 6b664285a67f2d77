//! The generations of a collection.
//!
//! Each is a collection of the server, `<name>__g<number>`, and the live one is `<name>`: to promote is
//! to rename, which readers see all at once. A registry says which there are, by the ids of their
//! collections, which outlive the renaming. So a write meant for one never lands in a collection that
//! only has its old name.
//!
//! A promotion is said in the registry before it is done and after. One that was interrupted is ended
//! by whoever comes next.

use std::collections::BTreeMap;

use hip_commands::port::document_store::{CollectionName, DocumentError, Index};
use mongodb::bson::{Binary, Bson, Document, doc};
use mongodb::options::{IndexOptions, ReturnDocument};
use mongodb::{Collection, Database, IndexModel};

use super::bson::{GENERATION, GONE, POSITION};
use super::fault::{COLLECTION_UUID_MISMATCH, code, fault};
use super::within;

/// The collection of the registry: one document a collection.
const REGISTRY: &str = "hip_generation";

const NAMESPACE_NOT_FOUND: i32 = 26;

/// How often a promotion is begun anew because another one was under way.
const PROMOTION_COUNT_MAX: u32 = 3;

/// Where a generation lies.
#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub(super) name: String,
    pub(super) uuid: Binary,
}

/// What the registry says of a collection.
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

/// Where a generation that can be written lies.
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
        // Left by one who was interrupted, so nothing is in it.
        Err(error) if !exists(database, &name).await? => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let models = indexes.iter().map(model).chain([tombstones()]);
    within(database.collection::<Document>(&name).create_indexes(models)).await?;
    let made = uuid(database, &name).await?.ok_or_else(|| unknown(collection, generation))?;
    if register(database, collection, generation, &made).await? != made {
        // Another one was first, and has promoted it already: the name was free again.
        within(database.collection::<Document>(&name).drop()).await?;
    }
    Ok(())
}

/// Enters where a generation lies, unless that is known. Says what is known now.
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
        // Ended when the registry is next looked at; if another one came first, that one.
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
    // The registry last: what it does not know is empty, when it is there at all.
    within(database.collection::<Document>(&beside(collection, generation)).drop()).await?;
    within(registry(database).update_one(
        doc! { "_id": collection.as_str() },
        doc! { "$unset": { format!("uuids.{generation}"): "" } },
    ))
    .await?;
    Ok(())
}

/// What the registry says, once a promotion that was begun has ended.
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

/// Renames the collection that is being promoted, unless that was done, and says so.
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
    // Two who promote the same one may both come here: what is live keeps its place.
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

/// Whether documents of others lie under the plain name. Asked before the first promotion only: from
/// then on the collection is ours.
async fn has_foreign(
    database: &Database,
    collection: &CollectionName,
) -> Result<bool, DocumentError> {
    let documents = database.collection::<Document>(collection.as_str());
    let foreign = doc! { GENERATION: { "$exists": false } };
    Ok(within(documents.find_one(foreign)).await?.is_some())
}

/// The id of a collection, which it keeps when it is renamed.
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

/// A unique index passes over documents without the field, as tombstones are.
fn model(index: &Index) -> IndexModel {
    let options = IndexOptions::builder().unique(index.is_unique).sparse(index.is_unique).build();
    IndexModel::builder().keys(doc! { index.field.as_str(): 1 }).options(options).build()
}

/// Only over tombstones, so that it costs nothing where there are none.
fn tombstones() -> IndexModel {
    let options = IndexOptions::builder().partial_filter_expression(doc! { GONE: true }).build();
    IndexModel::builder().keys(doc! { POSITION: 1 }).options(options).build()
}

fn unknown(collection: &CollectionName, generation: i32) -> DocumentError {
    DocumentError::UnknownGeneration { collection: collection.clone(), generation }
}
