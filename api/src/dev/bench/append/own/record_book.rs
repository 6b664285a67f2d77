//! The measured aggregate: it records the requested events and decides nothing.
//!
//! It is the same as in the reference. Its events have the same bytes, except for their name.

use std::convert::Infallible;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use hip_domain::aggregate::LogEvent;
use serde::{Deserialize, Serialize};

/// Length of the note that makes an event about 600 bytes of JSON.
const NOTE_BYTES: usize = 540;

/// A command: append this number of events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Append {
    pub(super) event_count: u32,
}

/// The only event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum RecordEvent {
    Recorded { number: u64, kind: String, note: String },
}

/// The state: the number of recorded events.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct RecordBook {
    count: u64,
}

impl DomainEvent for RecordEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        "1".to_owned()
    }
}

impl LogEvent for RecordEvent {
    fn name(&self) -> &'static str {
        "bench.recorded"
    }
}

impl Aggregate for RecordBook {
    const TYPE: &'static str = "bench-record";
    type Command = Append;
    type Event = RecordEvent;
    type Error = Infallible;
    type Services = ();

    async fn handle(
        &mut self,
        command: Append,
        (): &(),
        sink: &EventSink<Self>,
    ) -> Result<(), Infallible> {
        for _ in 0..command.event_count {
            let number = self.count + 1;
            let kind = "consent.notified".to_owned();
            let note = "n".repeat(NOTE_BYTES);
            sink.write(RecordEvent::Recorded { number, kind, note }, self).await;
        }
        Ok(())
    }

    fn apply(&mut self, event: RecordEvent) {
        let RecordEvent::Recorded { number, .. } = event;
        self.count = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_600_bytes() {
        let kind = "consent.notified".to_owned();
        let event = RecordEvent::Recorded { number: 12_345, kind, note: "n".repeat(NOTE_BYTES) };
        let size = serde_json::to_vec(&event).unwrap().len();
        assert!((590..=610).contains(&size), "{size} bytes");
    }
}
