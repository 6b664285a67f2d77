//! Documents in `MongoDB`, 6.0 or newer, a replica set.
//!
//! A document is stored in the shape that other programs read: its fields at the top, its key in `_id`. We add
//! `_gen` and `_pos`, its generation and position, which readers ignore; a tombstone has `_gone` and nothing
//! else. The live generation is the collection with the plain name.

mod bson;
mod fault;
mod generations;
mod write;

use std::future::IntoFuture;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{
    CollectionDigest, CollectionName, Document, DocumentError, FieldPath, Index, Put, Sought,
};
use mongodb::bson::doc;
use mongodb::options::{ClientOptions, WriteConcern};
use mongodb::{Client, Database};
use secrecy::{ExposeSecret, SecretString};

use self::bson::{GENERATION, GONE, POSITION};
use super::batch::{Write, batches};
use super::digest::Digester;
use fault::{fault, is_of_a_rename};

/// Time limit for finding a server and connecting to it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// Time limit of an operation.
const TIMEOUT: Duration = Duration::from_secs(5);

/// The database, if the URL names none.
const DATABASE: &str = "hip";

/// Documents read at a time for a digest.
const DIGEST_PAGE: u32 = 200;

/// Maximum number of attempts if a promotion interferes. A rebuild promotes once.
const RENAME_COUNT_MAX: u32 = 3;

/// Documents in `MongoDB`.
pub struct MongoDocumentStore {
    database: Database,
}

impl MongoDocumentStore {
    /// Opens the database of a URL, or `hip`. Connects on first use, so an unavailable server does not prevent
    /// a process from starting.
    pub async fn new(url: &SecretString) -> Result<Self, DocumentError> {
        // The driver's error quotes parts of the URL, which may contain a password.
        let unreadable = || DocumentError::Refused("the MongoDB URL cannot be read".into());
        let mut options =
            ClientOptions::parse(url.expose_secret()).await.map_err(|_| unreadable())?;
        options.app_name = Some("hip".to_owned());
        options.server_selection_timeout = Some(CONNECT_TIMEOUT);
        options.connect_timeout = Some(CONNECT_TIMEOUT);
        options.write_concern = Some(WriteConcern::majority());
        let name = options.default_database.clone().unwrap_or_else(|| DATABASE.to_owned());
        let client = Client::with_options(options).map_err(|_| unreadable())?;
        Ok(Self { database: client.database(&name) })
    }

    /// Reads documents of one server collection, in key order.
    async fn read(
        &self,
        collection: &CollectionName,
        name: &str,
        mut filter: mongodb::bson::Document,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        filter.insert(GENERATION, doc! { "$exists": true });
        filter.insert(GONE, doc! { "$exists": false });
        let read = || async {
            self.database
                .collection::<mongodb::bson::Document>(name)
                .find(filter.clone())
                .sort(doc! { "_id": 1 })
                .limit(i64::from(limit))
                .batch_size(limit)
                .await?
                .try_collect::<Vec<_>>()
                .await
        };
        let mut renamed = 0;
        let found = loop {
            match tokio::time::timeout(TIMEOUT, read()).await {
                Ok(Ok(found)) => break found,
                Ok(Err(error)) if is_of_a_rename(&error) && renamed < RENAME_COUNT_MAX => {
                    renamed += 1;
                }
                Ok(Err(error)) => return Err(fault(&error)),
                Err(late) => return Err(DocumentError::Unavailable(Box::new(late))),
            }
        };
        let document = |stored| {
            bson::document(stored).ok_or_else(|| DocumentError::NotUnderstood(collection.clone()))
        };
        found.into_iter().map(document).collect()
    }
}

#[async_trait]
impl DocumentStore for MongoDocumentStore {
    async fn ping(&self) -> Result<(), DocumentError> {
        within(self.database.run_command(doc! { "ping": 1 })).await.map(|_| ())
    }

    async fn prepare(
        &self,
        collection: &CollectionName,
        generation: i32,
        indexes: &[Index],
    ) -> Result<(), DocumentError> {
        generations::prepare(&self.database, collection, generation, indexes).await
    }

    async fn live(&self, collection: &CollectionName) -> Result<Option<i32>, DocumentError> {
        generations::live(&self.database, collection).await
    }

    async fn put_many(
        &self,
        collection: &CollectionName,
        generation: i32,
        puts: &[Put],
    ) -> Result<(), DocumentError> {
        for batch in batches(puts)? {
            write::write(&self.database, collection, generation, &batch).await?;
        }
        Ok(())
    }

    async fn remove(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
        position: i64,
    ) -> Result<(), DocumentError> {
        let tombstone = Write { key, position, fields: None };
        write::write(&self.database, collection, generation, &[tombstone]).await
    }

    async fn purge_tombstones(
        &self,
        collection: &CollectionName,
        generation: i32,
        up_to_position: i64,
    ) -> Result<u64, DocumentError> {
        let place = generations::place(&self.database, collection, generation).await?;
        let tombstones = self.database.collection::<mongodb::bson::Document>(&place.name);
        let filter = doc! { GONE: true, POSITION: { "$lte": up_to_position } };
        Ok(within(tombstones.delete_many(filter)).await?.deleted_count)
    }

    async fn get(
        &self,
        collection: &CollectionName,
        key: &str,
    ) -> Result<Option<Document>, DocumentError> {
        let filter = doc! { "_id": key };
        Ok(self.read(collection, collection.as_str(), filter, 1).await?.pop())
    }

    async fn get_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        key: &str,
    ) -> Result<Option<Document>, DocumentError> {
        loop {
            let place = generations::place(&self.database, collection, generation).await?;
            let found = self.read(collection, &place.name, doc! { "_id": key }, 1).await?.pop();
            // A collection that was renamed meanwhile looked empty, or is now another's.
            if generations::place(&self.database, collection, generation).await? == place {
                return Ok(found);
            }
        }
    }

    async fn find_in(
        &self,
        collection: &CollectionName,
        generation: i32,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let filter = doc! { field.as_str(): { "$eq": bson::sought(value) } };
        loop {
            let place = generations::place(&self.database, collection, generation).await?;
            let found = self.read(collection, &place.name, filter.clone(), limit).await?;
            // A collection that was renamed meanwhile looked empty, or is now another's.
            if generations::place(&self.database, collection, generation).await? == place {
                return Ok(found);
            }
        }
    }

    async fn find(
        &self,
        collection: &CollectionName,
        field: &FieldPath,
        value: Sought<'_>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        let filter = doc! { field.as_str(): { "$eq": bson::sought(value) } };
        self.read(collection, collection.as_str(), filter, limit).await
    }

    async fn page(
        &self,
        collection: &CollectionName,
        after_key: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Document>, DocumentError> {
        self.read(collection, collection.as_str(), bson::after(after_key), limit).await
    }

    async fn digest(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<CollectionDigest, DocumentError> {
        loop {
            let place = generations::place(&self.database, collection, generation).await?;
            let mut digester = Digester::new();
            let mut after_key: Option<String> = None;
            loop {
                let filter = bson::after(after_key.as_deref());
                let page = self.read(collection, &place.name, filter, DIGEST_PAGE).await?;
                for document in &page {
                    digester.add(document);
                }
                match page.into_iter().last() {
                    Some(last) => after_key = Some(last.key),
                    None => break,
                }
            }
            // A collection that was renamed meanwhile looked empty.
            if generations::place(&self.database, collection, generation).await? == place {
                return Ok(digester.finish());
            }
        }
    }

    async fn promote(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError> {
        generations::promote(&self.database, collection, generation).await
    }

    async fn retire(
        &self,
        collection: &CollectionName,
        generation: i32,
    ) -> Result<(), DocumentError> {
        generations::retire(&self.database, collection, generation).await
    }
}

/// The result of an operation, or a timeout.
async fn within<T>(
    operation: impl IntoFuture<Output = mongodb::error::Result<T>, IntoFuture: Send>,
) -> Result<T, DocumentError> {
    match tokio::time::timeout(TIMEOUT, operation).await {
        Ok(outcome) => outcome.map_err(|error| fault(&error)),
        Err(late) => Err(DocumentError::Unavailable(Box::new(late))),
    }
}
