//! Events with confidential parts that this process stored or read a short time ago, by their ids.
//!
//! A discovery opens its question and the patient's demographics several times. An event never changes, and an id is
//! never used again, so what is kept is never outdated. Confidential parts stay sealed.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::log::StoredEvent;
use hip_domain::id::EventId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::pending::size_bytes;

/// Maximum size of all events, and how long one is kept.
const BYTES_MAX: u64 = 8 << 20;
const KEPT_FOR: Duration = Duration::from_secs(60);

/// Maximum size of the sealed part of an event that is kept.
const SEALED_BYTES_MAX: usize = 64 << 10;

/// The events.
pub(super) struct RecentEvents(Cache<EventId, Arc<StoredEvent>>);

impl Default for RecentEvents {
    fn default() -> Self {
        let weigh = |_: &EventId, event: &Arc<StoredEvent>| {
            u32::try_from(size_bytes(event)).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(BYTES_MAX).weigher(weigh).time_to_live(KEPT_FOR);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl RecentEvents {
    /// Keeps an event, unless it is large or has no confidential part.
    pub(super) fn keep(&self, event: StoredEvent) {
        let is_kept = event
            .envelope
            .as_ref()
            .is_some_and(|envelope| envelope.sealed.len() <= SEALED_BYTES_MAX);
        if is_kept && !event.is_left_sealed {
            self.0.insert(event.event_id, Arc::new(event));
        }
    }

    /// The event with this id, whole.
    pub(super) fn get(&self, id: EventId) -> Option<StoredEvent> {
        self.0.get(&id).map(|event| StoredEvent::clone(&event))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use hip_commands::port::log::Envelope;
    use hip_domain::stream::StreamId;
    use uuid::Uuid;

    use super::*;

    fn event(id: u128, sealed: Option<usize>, is_left_sealed: bool) -> StoredEvent {
        StoredEvent {
            position: 1,
            stream: StreamId::stored("s"),
            version: 1,
            event_id: EventId(Uuid::from_u128(id)),
            name: "discovery.requested".to_owned(),
            schema_version: 1,
            recorded_at: DateTime::UNIX_EPOCH,
            correlation: Uuid::nil(),
            causation: None,
            subject: None,
            clear: vec![],
            envelope: sealed.map(|size| Envelope { nonce: [0; 12], sealed: vec![0; size] }),
            is_left_sealed,
        }
    }

    #[test]
    fn small_sealed_events_are_found_by_their_ids() {
        let recent = RecentEvents::default();
        recent.keep(event(1, Some(10), false));
        recent.keep(event(2, None, false));
        recent.keep(event(3, Some(SEALED_BYTES_MAX + 1), false));
        recent.keep(event(4, None, true));
        let is_kept = |id| recent.get(EventId(Uuid::from_u128(id))).is_some();
        assert_eq!([1, 2, 3, 4].map(is_kept), [true, false, false, false]);
    }
}
