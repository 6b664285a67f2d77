//! Messages that this process stored a short time ago.
//!
//! A message is read when it is interpreted, a moment after it was stored. Only that task reads its stream from here,
//! and what it reads is never changed. If another process has interpreted the message meanwhile, the append of the
//! result conflicts: an append takes the stream out, so the log is read then. Other streams are read from the log:
//! what they say decides what other conversations may do. Sealed parts stay sealed.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::log::StoredEvent;
use hip_domain::stream::StreamId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::pending::size_bytes;

/// Maximum size of all streams, and how long a stream is kept.
const BYTES_MAX: u64 = 16 << 20;
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The streams.
pub(super) struct RecentMessages(Cache<StreamId, Arc<Vec<StoredEvent>>>);

impl Default for RecentMessages {
    fn default() -> Self {
        let weigh = |_: &StreamId, events: &Arc<Vec<StoredEvent>>| {
            let bytes = events.iter().map(size_bytes).sum::<usize>();
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(BYTES_MAX).weigher(weigh).time_to_live(KEPT_FOR);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl RecentMessages {
    /// The events of a stream after `version`; `None` if it is not known whole.
    pub(super) fn after(&self, stream: &StreamId, version: i64) -> Option<Vec<StoredEvent>> {
        let events = self.0.get(stream)?;
        Some(events.iter().filter(|event| event.version > version).cloned().collect())
    }

    /// Takes a stream out, before something is appended to it.
    pub(super) fn take(&self, stream: &StreamId) -> Option<Arc<Vec<StoredEvent>>> {
        self.0.remove(stream)
    }

    /// Puts the stream of a message back, with events that were stored meanwhile. A stream of which an event is missing
    /// is forgotten.
    pub(super) fn put_back(&self, known: Option<Arc<Vec<StoredEvent>>>, added: Vec<StoredEvent>) {
        let Some((stream, first)) = added.first().map(|one| (one.stream.clone(), one.version))
        else {
            return;
        };
        let known = known.unwrap_or_default();
        let reached = known.last().map_or(0, |event| event.version);
        if reached + 1 == first {
            let events = known.iter().cloned().chain(added).collect();
            self.0.insert(stream, Arc::new(events));
        } else {
            self.0.invalidate(&stream);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::event_store::pending::tests::{command, event};
    use crate::postgres::event_store::pending::{Pending, pending};

    #[test]
    fn a_stream_is_known_from_its_first_event_on_and_without_a_gap() {
        let recent = RecentMessages::default();
        let stream = StreamId::stored("s");
        let add = |count: usize, version, position| {
            let events: Vec<_> = (0..count).map(|_| event(1)).collect();
            let new: Pending = pending(&command("in", events)).unwrap();
            recent.put_back(recent.take(&stream), new.stored(version, position));
        };
        let known = || {
            let events = recent.after(&stream, 0)?;
            Some(events.iter().map(|event| (event.version, event.position)).collect::<Vec<_>>())
        };
        add(1, 2, 9);
        assert_eq!(known(), None, "its first event is not known");
        add(2, 2, 11);
        add(1, 3, 20);
        assert_eq!(known().unwrap(), [(1, 10), (2, 11), (3, 20)]);
        assert_eq!(recent.after(&stream, 2).unwrap().len(), 1);
        add(1, 5, 30);
        assert_eq!(known(), None, "another process has stored the fourth");
    }
}
