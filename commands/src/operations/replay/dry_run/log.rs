//! A log that keeps appended events in memory, on top of the real log.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use hip_domain::id::{EventId, FacilityId, Pseudonym, SubjectId};
use hip_domain::stream::StreamId;
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::patients::lookup::LookupKey;
use crate::port::log::{Append, Appended, Envelope, Expected, LogError, StoredEvent};
use crate::port::vault::{Opened, VaultError};
use crate::port::{Clock, Ids, Log, Vault};

/// The events appended so far.
#[derive(Default)]
struct OverlayEvents {
    events: Vec<StoredEvent>,
    keys: HashMap<String, i64>,
    /// The plaintext of the sealed parts, by position. They are dropped with the log.
    secrets: HashMap<i64, Zeroizing<Vec<u8>>>,
}

/// The real log up to `head`, followed by the events in memory.
pub(super) struct OverlayLog {
    real: Arc<dyn Log>,
    ids: Arc<dyn Ids>,
    clock: Arc<dyn Clock>,
    /// The end of the real log when this one was created.
    head: i64,
    kept: Mutex<OverlayEvents>,
}

impl OverlayLog {
    pub(super) fn new(
        real: Arc<dyn Log>,
        ids: Arc<dyn Ids>,
        clock: Arc<dyn Clock>,
        head: i64,
    ) -> Self {
        Self { real, ids, clock, head, kept: Mutex::default() }
    }

    /// The end of the real log when this one was created.
    pub(super) const fn stored_head(&self) -> i64 {
        self.head
    }

    /// All appended events, in order.
    pub(super) fn appended(&self) -> Vec<StoredEvent> {
        self.kept.lock().events.clone()
    }

    /// The plaintext of the sealed part of an event in memory.
    fn secret(&self, position: i64) -> Option<Zeroizing<Vec<u8>>> {
        self.kept.lock().secrets.get(&position).cloned()
    }

    /// The version written by an earlier append with this key, in memory or in the real log up to `head`.
    async fn appended_before(&self, append: &Append) -> Result<Option<i64>, LogError> {
        let Some(version) = self.answered(&append.key).await? else { return Ok(None) };
        let stored = self.stream(&append.stream, version - 1).await?;
        Ok(stored.first().map(|event| event.version))
    }

    fn keep(&self, append: Append, version: i64) -> Appended {
        let mut kept = self.kept.lock();
        let mut version = version;
        let mut position = self.head;
        for event in append.events {
            version += 1;
            position = self.head + 1 + i64::try_from(kept.events.len()).unwrap_or(i64::MAX);
            let envelope =
                event.secret.as_ref().map(|_| Envelope { nonce: [0; 12], sealed: vec![] });
            if let Some(secret) = event.secret {
                kept.secrets.insert(position, secret);
            }
            kept.events.push(StoredEvent {
                position,
                stream: append.stream.clone(),
                version,
                event_id: EventId(self.ids.random()),
                name: event.name.to_owned(),
                schema_version: event.schema_version,
                recorded_at: self.clock.now(),
                correlation: append.origin.correlation,
                causation: append.origin.causation,
                subject: append.origin.subject,
                clear: event.clear,
                envelope,
                is_left_sealed: false,
            });
        }
        kept.keys.insert(append.key, version);
        Appended::Stored { version, position }
    }
}

#[async_trait]
impl Log for OverlayLog {
    async fn append(&self, append: Append) -> Result<Appended, LogError> {
        if let Some(version) = self.appended_before(&append).await? {
            return Ok(Appended::Duplicate { version });
        }
        let version = self.version(&append.stream).await?;
        match append.expected {
            Expected::Version(expected) if expected != version => {
                Err(LogError::Conflict { version })
            }
            Expected::Version(_) | Expected::Any => Ok(self.keep(append, version)),
        }
    }

    async fn stream(&self, stream: &StreamId, version: i64) -> Result<Vec<StoredEvent>, LogError> {
        let mut events = self.real.stream(stream, version).await?;
        // Later events of other writers are ignored: they would have the same positions as the events in memory.
        events.retain(|event| event.position <= self.head);
        let kept = self.kept.lock();
        let own = kept.events.iter().filter(|event| event.stream == *stream);
        events.extend(own.filter(|event| event.version > version).cloned());
        Ok(events)
    }

    async fn version(&self, stream: &StreamId) -> Result<i64, LogError> {
        Ok(self.stream(stream, 0).await?.last().map_or(0, |event| event.version))
    }

    async fn answered(&self, key: &str) -> Result<Option<i64>, LogError> {
        let own = self.kept.lock().keys.get(key).copied();
        match own {
            Some(version) => Ok(Some(version)),
            None => self.real.answered(key).await,
        }
    }

    async fn page(&self, position: i64, limit: i64) -> Result<Vec<StoredEvent>, LogError> {
        if position < self.head {
            return self.real.page(position, limit.min(self.head - position)).await;
        }
        let kept = self.kept.lock();
        let own = kept.events.iter().filter(|event| event.position > position);
        Ok(own.take(usize::try_from(limit).unwrap_or_default()).cloned().collect())
    }

    async fn head(&self) -> Result<i64, LogError> {
        Ok(self.head + i64::try_from(self.kept.lock().events.len()).unwrap_or(i64::MAX))
    }
}

/// A vault that reads events in memory and changes nothing.
pub(super) struct OverlayVault {
    real: Arc<dyn Vault>,
    log: Arc<OverlayLog>,
}

impl OverlayVault {
    pub(super) const fn new(real: Arc<dyn Vault>, log: Arc<OverlayLog>) -> Self {
        Self { real, log }
    }
}

#[async_trait]
impl Vault for OverlayVault {
    async fn open(&self, event: &StoredEvent) -> Result<Opened, VaultError> {
        match self.log.secret(event.position) {
            Some(secret) => Ok(Opened::Plain(secret)),
            None => self.real.open(event).await,
        }
    }

    async fn pseudonym(
        &self,
        facility: &FacilityId,
        lookup: &LookupKey<'_>,
    ) -> Result<Pseudonym, VaultError> {
        self.real.pseudonym(facility, lookup).await
    }

    async fn service_pseudonym(&self, lookup: &LookupKey<'_>) -> Result<Pseudonym, VaultError> {
        self.real.service_pseudonym(lookup).await
    }

    async fn attach_key(&self, _: SubjectId, _: SubjectId) -> Result<(), VaultError> {
        Ok(())
    }

    async fn is_erased(&self, subject: SubjectId) -> Result<bool, VaultError> {
        self.real.is_erased(subject).await
    }
}
