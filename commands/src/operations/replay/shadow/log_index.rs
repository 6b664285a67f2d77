//! Index of a part of the log: recording times and effects of the events.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use hip_domain::id::EventId;
use uuid::Uuid;

use crate::port::Log;
use crate::port::log::{LogError, StoredEvent};

/// Events per query.
const PAGE: i64 = 1_000;

/// A part of the log, indexed by cause and by time. It needs about 70 bytes for each event.
pub(super) struct LogIndex {
    /// The first position.
    first: i64,
    /// The recording times, in microseconds since the epoch.
    moments: Vec<i64>,
    /// Whether an event belongs to the same append as the one before.
    together: Vec<bool>,
    /// The positions of the effects, by the id of the causing event.
    effects: HashMap<Uuid, Vec<i64>>,
}

impl LogIndex {
    /// Reads the log from `first` to `head`.
    pub(super) async fn read(log: &dyn Log, first: i64, head: i64) -> Result<Self, LogError> {
        let mut log_index =
            Self { first, moments: vec![], together: vec![], effects: HashMap::new() };
        let (mut after, mut before) = (first - 1, None);
        while after < head {
            let page = log.page(after, PAGE.min(head - after)).await?;
            let Some(last) = page.last() else { break };
            after = last.position;
            for event in page {
                log_index.note(&event, before.as_ref());
                before = Some(event);
            }
        }
        Ok(log_index)
    }

    fn note(&mut self, event: &StoredEvent, before: Option<&StoredEvent>) {
        self.together.push(before.is_some_and(|before| {
            (before.stream == event.stream && before.causation == event.causation)
                && (before.version + 1, before.recorded_at) == (event.version, event.recorded_at)
        }));
        self.moments.push(event.recorded_at.timestamp_micros());
        // A replay request is an order of an operator, not an effect.
        if let Some(cause) = event.causation
            && !event.name.ends_with(".replay_requested")
        {
            self.effects.entry(cause).or_default().push(event.position);
        }
    }

    /// The positions of the effects of an event, in order.
    pub(super) fn effects(&self, cause: EventId) -> &[i64] {
        self.effects.get(&cause.0).map_or(&[], Vec::as_slice)
    }

    /// The last position of the append to which `position` belongs. Readers see an append only as a whole.
    pub(super) fn end_of_append(&self, position: i64) -> i64 {
        let following = usize::try_from(position - self.first + 1).unwrap_or(usize::MAX);
        let rest = self.together.iter().skip(following).take_while(|together| **together);
        position + i64::try_from(rest.count()).unwrap_or(0)
    }

    /// The newest position at a time; `None` if the time is after the last event.
    pub(super) fn position_at(&self, time: DateTime<Utc>) -> Option<i64> {
        let count = self.moments.partition_point(|moment| *moment <= time.timestamp_micros());
        let is_beyond = count == self.moments.len();
        (!is_beyond).then(|| self.first - 1 + i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// The recording time of the event at a position.
    pub(super) fn time_of(&self, position: i64) -> Option<DateTime<Utc>> {
        let index = usize::try_from(position - self.first).ok()?;
        DateTime::from_timestamp_micros(*self.moments.get(index)?)
    }
}

/// The position of the first event recorded at `time` or later; `head + 1` if there is none.
pub(super) async fn first_since(
    log: &dyn Log,
    time: DateTime<Utc>,
    head: i64,
) -> Result<i64, LogError> {
    let (mut low, mut high) = (1, head + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let is_early = match log.page(middle - 1, 1).await?.first() {
            Some(event) => event.recorded_at < time,
            None => false,
        };
        if is_early {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log_index(seconds: &[i64], together: &[bool]) -> LogIndex {
        LogIndex {
            first: 11,
            moments: seconds.iter().map(|second| second * 1_000_000).collect(),
            together: together.to_vec(),
            effects: HashMap::new(),
        }
    }

    #[test]
    fn a_time_has_a_position_until_the_log_ends() {
        let log_index = log_index(&[5, 7, 7, 9], &[false; 4]);
        let at = |second| log_index.position_at(DateTime::from_timestamp(second, 0).unwrap());
        assert_eq!([at(4), at(5), at(8)], [Some(10), Some(11), Some(13)]);
        assert_eq!(at(9), None, "nobody knows what comes next");
        assert_eq!(log_index.time_of(12), DateTime::from_timestamp(7, 0));
    }

    #[test]
    fn nobody_has_seen_half_of_an_append() {
        let log_index = log_index(&[5, 7, 7, 9], &[false, false, true, false]);
        let ends = [11, 12, 13, 14].map(|position| log_index.end_of_append(position));
        assert_eq!(ends, [11, 13, 13, 14]);
    }
}
