//! A collection that follows the log.
//!
//! There is no transaction over both. Every document carries its position, so a page may be written
//! twice; and after each page the store itself records its position. So a store that was emptied, or
//! restored from an old backup, is detected and filled again from its position.

use std::sync::Arc;

use async_trait::async_trait;
use futures_util::{StreamExt, stream};
use hip_commands::port::DocumentStore;
use hip_commands::port::document_store::{
    CollectionName, DocumentError, FieldPath, Fields, Index, Put, SUBJECT, Sought,
};
use hip_commands::port::log::StoredEvent;
use hip_domain::event::Event;
use hip_domain::id::SubjectId;
use hip_domain::recorded::Recorded;
use parking_lot::Mutex;
use sqlx::{PgPool, PgTransaction};

use super::change::DocumentChange;
use super::write_buffer::WriteBuffer;
use crate::read_models::Erased;
use crate::subscription::rebuild::{Compared, Generations, Projection};
use crate::subscription::{ApplyError, Generation, Page, PageTransaction, Poison, Subscriber};

/// Collection in which the store records the position of each collection.
const POSITIONS: &str = "hip_position";

/// Documents deleted at a time.
const FORGET_COUNT: u32 = 100;

/// Replaces every document of a patient by a tombstone, in one generation; returns their number.
///
/// # Errors
///
/// The store failed.
pub async fn forget(
    store: &dyn DocumentStore,
    collection: &CollectionName,
    generation: i32,
    subject: SubjectId,
    position: i64,
) -> Result<usize, DocumentError> {
    let (field, subject) = (FieldPath::parse(SUBJECT).expect("a word"), subject.to_string());
    let mut count = 0;
    loop {
        let sought = Sought::Text(&subject);
        let found = store.find_in(collection, generation, &field, sought, FORGET_COUNT).await?;
        // A document of a later event no longer belongs to the patient.
        let found: Vec<_> = found.iter().filter(|it| it.position < position).collect();
        if found.is_empty() {
            return Ok(count);
        }
        for document in &found {
            store.remove(collection, generation, &document.key, position).await?;
        }
        count += found.len();
    }
}

/// Events read ahead at a time. Most of the time for one is spent waiting for the log.
const READ_AHEAD: usize = 16;

/// Derives the documents of a collection from the log.
#[async_trait]
pub trait DocumentView: Send + Sync {
    /// The subscription's name. A stored name never changes.
    fn name(&self) -> &'static str;

    /// Indexes for lookups.
    fn indexes(&self) -> Vec<Index>;

    /// Whether an event may change a document.
    fn follows(&self, event: &Event) -> bool;

    /// Handling of an event that cannot be applied. If events of several streams change one document,
    /// their order matters for all events of the patient.
    fn poison(&self) -> Poison {
        Poison::ParkStream
    }

    /// The marks that identify the documents of an erased patient.
    async fn marks(&self, erased: SubjectId) -> Result<Vec<SubjectId>, ApplyError> {
        Ok(vec![erased])
    }

    /// The changes of an event, from the log up to it. Deterministic; called for several events
    /// at a time.
    async fn changes(
        &self,
        stored: &StoredEvent,
        recorded: &Recorded<Event>,
    ) -> Result<Vec<DocumentChange>, ApplyError>;
}

/// Updates a collection from the log.
pub struct CollectionProjection<V> {
    store: Arc<dyn DocumentStore>,
    collection: CollectionName,
    positions: CollectionName,
    noted: Mutex<Noted>,
    view: V,
}

/// Maximum number of events since the position that the store records.
const UNNOTED_MAX: i64 = 5_000;

/// What is known of the store's position.
#[derive(Default, Clone, Copy)]
struct Noted {
    generation: i32,
    /// As the store records it.
    position: i64,
    /// Up to here nothing was to be changed.
    passed: i64,
}

impl<V: DocumentView> CollectionProjection<V> {
    /// Updates `collection` with the changes of `view`.
    ///
    /// # Panics
    ///
    /// Never: the name of our own collection is valid.
    pub fn new(store: Arc<dyn DocumentStore>, collection: CollectionName, view: V) -> Self {
        let positions = CollectionName::parse(POSITIONS).expect("a word");
        Self { store, collection, positions, noted: Mutex::default(), view }
    }

    /// Creates the collections of a store that is new or was emptied: at the beginning of the log, so that
    /// nothing is missing in them.
    async fn prepare(&self, generation: Generation, page: &Page) -> Result<(), ApplyError> {
        let live = self.store.live(&self.collection).await?;
        if live != Some(generation.number) {
            if !page.is_first() {
                return Err(ApplyError::Lost);
            }
            let indexes = self.view.indexes();
            self.store.prepare(&self.collection, generation.number, &indexes).await?;
            self.store.promote(&self.collection, generation.number).await?;
        }
        if self.store.live(&self.positions).await?.is_none() {
            self.store.prepare(&self.positions, 1, &[]).await?;
            self.store.promote(&self.positions, 1).await?;
        }
        Ok(())
    }

    async fn note(&self, generation: i32, position: i64) -> Result<(), ApplyError> {
        let key = self.collection.as_str().to_owned();
        let note = Put { key, position, fields: Fields::new() };
        self.store.put_many(&self.positions, 1, &[note]).await?;
        *self.noted.lock() = Noted { generation, position, passed: position };
        Ok(())
    }
}

#[async_trait]
impl<V: DocumentView> Subscriber for CollectionProjection<V> {
    fn name(&self) -> &'static str {
        self.view.name()
    }

    fn poison(&self) -> Poison {
        self.view.poison()
    }

    fn may_lose_data(&self) -> bool {
        !self.store.is_in_database()
    }

    fn unnoted_max(&self) -> i64 {
        UNNOTED_MAX
    }

    /// The first page creates the collection, and now and then a position is noted.
    fn is_indifferent_to(&self, page: &Page) -> bool {
        let noted = self.noted.lock().position;
        let is_noted = page.last_position().is_some_and(|last| last - noted <= UNNOTED_MAX);
        let changes = |recorded: &Recorded<Event>| {
            self.view.follows(&recorded.event) || Erased::of(recorded).is_some()
        };
        is_noted && !page.is_first() && !page.events().iter().any(changes)
    }

    fn passed(&self, generation: Generation, position: i64) {
        let mut noted = self.noted.lock();
        if noted.generation == generation.number {
            noted.passed = noted.passed.max(position);
        }
    }

    async fn apply(
        &self,
        _: &mut PageTransaction<'_>,
        generation: Generation,
        page: &Page,
    ) -> Result<(), ApplyError> {
        if generation.is_live {
            self.prepare(generation, page).await?;
        }
        let mut drafts = WriteBuffer::new(self.store.as_ref(), &self.collection, generation.number);
        let (mut events, mut reads) = (vec![], vec![]);
        for (stored, recorded) in page.iter() {
            events.push((recorded.position, Erased::of(recorded)));
            reads.push(self.view.changes(stored, recorded));
        }
        let mut reads = stream::iter(events).zip(stream::iter(reads).buffered(READ_AHEAD));
        while let Some(((position, erased), changes)) = reads.next().await {
            for change in changes? {
                drafts.add(change, position).await?;
            }
            if let Some(Erased { subject, .. }) = erased {
                drafts.write().await?;
                let (store, number) = (self.store.as_ref(), generation.number);
                for mark in self.view.marks(subject).await? {
                    forget(store, &self.collection, number, mark, position).await?;
                }
            }
        }
        drafts.write().await?;
        match page.last_position() {
            Some(last) if generation.is_live => self.note(generation.number, last).await,
            Some(_) | None => Ok(()),
        }
    }

    async fn remembered(&self, generation: Generation) -> Result<Option<i64>, ApplyError> {
        if self.store.live(&self.collection).await? != Some(generation.number) {
            return Ok(Some(0));
        }
        let note = match self.store.live(&self.positions).await? {
            Some(_) => self.store.get(&self.positions, self.collection.as_str()).await?,
            None => None,
        };
        let position = note.map_or(0, |note| note.position);
        let generation = generation.number;
        let mut noted = self.noted.lock();
        if (noted.generation, noted.position) != (generation, position) {
            *noted = Noted { generation, position, passed: position };
        }
        Ok(Some(noted.passed))
    }
}

#[async_trait]
impl<V: DocumentView> Projection for CollectionProjection<V> {
    async fn begin(&self, _: &PgPool, next: Generation) -> Result<(), ApplyError> {
        // A dead rebuild may have left one with this number.
        self.store.retire(&self.collection, next.number).await?;
        Ok(self.store.prepare(&self.collection, next.number, &self.view.indexes()).await?)
    }

    async fn compare(
        &self,
        _: &PgPool,
        generations: &Generations,
    ) -> Result<Vec<Compared>, ApplyError> {
        // The live subscriber waits meanwhile, and most of a digest is the store's work.
        let (live, next) = tokio::try_join!(
            self.store.digest(&self.collection, generations.live.number),
            self.store.digest(&self.collection, generations.next.number),
        )?;
        let rows = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(vec![Compared {
            what: self.collection.to_string(),
            live_rows: rows(live.count),
            live_digest: live.digest.to_string(),
            next_rows: rows(next.count),
            next_digest: next.digest.to_string(),
        }])
    }

    async fn promote(
        &self,
        _: &mut PgTransaction<'_>,
        generations: &Generations,
    ) -> Result<(), ApplyError> {
        Ok(self.store.promote(&self.collection, generations.next.number).await?)
    }

    async fn retire(&self, _: &PgPool, generations: &Generations) -> Result<(), ApplyError> {
        Ok(self.store.retire(&self.collection, generations.live.number).await?)
    }

    async fn abandon(&self, _: &PgPool, next: Generation) -> Result<(), ApplyError> {
        Ok(self.store.retire(&self.collection, next.number).await?)
    }
}
