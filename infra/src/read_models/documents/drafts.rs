//! Documents of a page that are not written yet: one call for many, and each event sees what those
//! before it have changed.

use std::collections::HashMap;

use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{CollectionName, DocumentError, Fields, Put};

use super::collection::DocumentChange;

/// Bytes of documents that are held back at most, but for the last.
const BYTES_MAX: usize = 8 << 20;

/// Documents of one generation that are not written yet.
pub struct Drafts<'a> {
    store: &'a dyn DocumentStore,
    collection: &'a CollectionName,
    generation: i32,
    /// By key; a document without fields is removed.
    pending: HashMap<String, (i64, Option<Fields>)>,
    bytes: usize,
}

impl<'a> Drafts<'a> {
    pub(super) fn new(
        store: &'a dyn DocumentStore,
        collection: &'a CollectionName,
        generation: i32,
    ) -> Self {
        Self { store, collection, generation, pending: HashMap::new(), bytes: 0 }
    }

    /// What a document of this generation says now.
    ///
    /// # Errors
    ///
    /// The store cannot be read.
    pub async fn get(&self, key: &str) -> Result<Option<Fields>, DocumentError> {
        if let Some((_, fields)) = self.pending.get(key) {
            return Ok(fields.clone());
        }
        let stored = self.store.get_in(self.collection, self.generation, key).await?;
        Ok(stored.map(|document| document.fields))
    }

    pub(super) async fn add(
        &mut self,
        change: DocumentChange,
        position: i64,
    ) -> Result<(), DocumentError> {
        match change {
            DocumentChange::Put(Put { key, position, fields }) => {
                self.bytes += fields.size();
                self.pending.insert(key, (position, Some(fields)));
            }
            DocumentChange::Remove(key) => {
                self.pending.insert(key, (position, None));
            }
        }
        if self.bytes > BYTES_MAX { self.write().await } else { Ok(()) }
    }

    pub(super) async fn write(&mut self) -> Result<(), DocumentError> {
        let mut puts = vec![];
        for (key, (position, fields)) in self.pending.drain() {
            match fields {
                Some(fields) => puts.push(Put { key, position, fields }),
                None => {
                    self.store.remove(self.collection, self.generation, &key, position).await?;
                }
            }
        }
        self.bytes = 0;
        if puts.is_empty() {
            return Ok(());
        }
        self.store.put_many(self.collection, self.generation, &puts).await
    }
}
