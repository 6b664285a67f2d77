//! Streams that tasks have read, without their confidential parts.
//!
//! A transfer's stream is read several times for each of its pages. An event never changes, so only what came after
//! those that are kept is read again: what is returned is what the log has now.

use std::sync::Arc;
use std::time::Duration;

use hip_commands::port::log::StoredEvent;
use hip_domain::stream::StreamId;
use moka::policy::EvictionPolicy;
use moka::sync::Cache;

use super::pending::size_bytes;

/// Maximum size of all streams, and how long a stream is kept without being read.
const BYTES_MAX: u64 = 8 << 20;
const KEPT_FOR: Duration = Duration::from_secs(60);

/// Maximum size of one stream.
const STREAM_BYTES_MAX: usize = 512 << 10;

/// The streams, each from its first event on.
pub(super) struct RecentStreams(Cache<StreamId, Arc<Vec<StoredEvent>>>);

impl Default for RecentStreams {
    fn default() -> Self {
        let weigh = |_: &StreamId, events: &Arc<Vec<StoredEvent>>| {
            u32::try_from(bytes(events)).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(BYTES_MAX).weigher(weigh).time_to_idle(KEPT_FOR);
        Self(cache.eviction_policy(EvictionPolicy::lru()).build())
    }
}

impl RecentStreams {
    /// The events that are known; none if the stream is not kept.
    pub(super) fn get(&self, stream: &StreamId) -> Arc<Vec<StoredEvent>> {
        self.0.get(stream).unwrap_or_default()
    }

    /// The known events and those that were read after them, which are kept. `None` if one is missing between them: then
    /// nothing is kept.
    pub(super) fn with(
        &self,
        stream: &StreamId,
        known: &Arc<Vec<StoredEvent>>,
        after: Vec<StoredEvent>,
    ) -> Option<Vec<StoredEvent>> {
        let has_more = !after.is_empty();
        let events: Vec<StoredEvent> = known.iter().cloned().chain(after).collect();
        let is_whole = (1..).zip(&events).all(|(version, event)| event.version == version);
        if !is_whole {
            self.0.invalidate(stream);
            return None;
        }
        if has_more && bytes(&events) <= STREAM_BYTES_MAX {
            let mut kept = events.clone();
            for event in &mut kept {
                event.is_left_sealed |= event.envelope.take().is_some();
            }
            self.0.insert(stream.clone(), Arc::new(kept));
        }
        Some(events)
    }
}

fn bytes(events: &[StoredEvent]) -> usize {
    events.iter().map(size_bytes).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::event_store::pending::as_read;
    use crate::postgres::event_store::pending::tests::{command, event};

    fn events(versions: std::ops::RangeInclusive<i64>) -> Vec<StoredEvent> {
        let one = as_read(&command("transfer", vec![event(10)])).unwrap().remove(0);
        versions.map(|version| StoredEvent { version, ..one.clone() }).collect()
    }

    #[test]
    fn only_what_came_later_is_read_again() {
        let (recent, stream) = (RecentStreams::default(), StreamId::stored("s"));
        let read = |after| {
            let known = recent.get(&stream);
            let all = recent.with(&stream, &known, after);
            (known.len(), all.map(|all| all.len()))
        };
        assert_eq!(read(events(1..=3)), (0, Some(3)));
        assert_eq!(read(events(4..=5)), (3, Some(5)));
        assert_eq!(read(vec![]), (5, Some(5)));
        assert_eq!(read(events(7..=7)), (5, None), "the sixth is missing");
        assert_eq!(read(events(1..=6)), (0, Some(6)), "so nothing was kept");
    }
}
