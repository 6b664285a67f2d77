//! The aggregate that is measured: it records what it is told, and decides nothing. The same as
//! that of the reference, byte for byte of its events but for their name.

use std::convert::Infallible;

use cqrs_es::event_sink::EventSink;
use cqrs_es::{Aggregate, DomainEvent};
use hip_domain::aggregate::LogEvent;
use serde::{Deserialize, Serialize};

/// What makes an event, with the names and numbers around it, some 600 bytes of JSON.
const NOTE_BYTES: usize = 540;

/// A command: append so many events.
#[derive(Debug, Clone, Copy)]
pub(super) struct Append {
    pub(super) event_count: u32,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) enum RecordEvent {
    Recorded { number: u64, kind: String, note: String },
}

/// The state: how much has been recorded.
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
