//! Buffered writes of a page: one call for many documents, and each event sees the changes of
//! earlier events.

use std::collections::HashMap;

use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{CollectionName, DocumentError, Fields, Put};

use super::change::DocumentChange;

/// Maximum bytes of buffered documents, not counting the last one.
const BYTES_MAX: usize = 8 << 20;

/// Buffered documents of one generation.
pub(super) struct WriteBuffer<'a> {
    store: &'a dyn DocumentStore,
    collection: &'a CollectionName,
    generation: i32,
    /// By key; `None` fields remove the document.
    pending: HashMap<String, (i64, Option<Fields>)>,
    bytes: usize,
}

impl<'a> WriteBuffer<'a> {
    pub(super) fn new(
        store: &'a dyn DocumentStore,
        collection: &'a CollectionName,
        generation: i32,
    ) -> Self {
        Self { store, collection, generation, pending: HashMap::new(), bytes: 0 }
    }

    pub(super) async fn add(
        &mut self,
        change: DocumentChange,
        position: i64,
    ) -> Result<(), DocumentError> {
        let (key, fields) = match change {
            DocumentChange::Put(key, fields) => (key, Some(fields)),
            DocumentChange::Edit(key, edit) => {
                let before = self.get(&key).await?;
                let was_there = before.is_some();
                match edit(before) {
                    None if !was_there => return Ok(()),
                    fields => (key, fields),
                }
            }
            DocumentChange::Remove(key) => (key, None),
        };
        self.bytes += fields.as_ref().map_or(0, Fields::size);
        self.pending.insert(key, (position, fields));
        if self.bytes > BYTES_MAX { self.write().await } else { Ok(()) }
    }

    /// Current content of a document of this generation.
    async fn get(&self, key: &str) -> Result<Option<Fields>, DocumentError> {
        if let Some((_, fields)) = self.pending.get(key) {
            return Ok(fields.clone());
        }
        let stored = self.store.get_in(self.collection, self.generation, key).await?;
        Ok(stored.map(|document| document.fields))
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
