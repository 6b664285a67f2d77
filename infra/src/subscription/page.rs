//! Events that are applied together.

use hip_commands::codec;
use hip_commands::port::log::StoredEvent;
use hip_domain::event::{DecodeError, Event};
use hip_domain::recorded::Recorded;

/// Events in the order of the log, as they are stored and as they are meant. Confidential parts are
/// closed; whoever needs one opens the stored form.
#[derive(Clone, Default)]
pub struct Page {
    stored: Vec<StoredEvent>,
    events: Vec<Recorded<Event>>,
}

impl Page {
    /// Reads stored events.
    ///
    /// # Errors
    ///
    /// One of them is none of ours.
    pub fn decode(stored: Vec<StoredEvent>) -> Result<Self, DecodeError> {
        let events = stored.iter().map(codec::decode).collect::<Result<_, _>>()?;
        Ok(Self { stored, events })
    }

    /// The events.
    pub fn events(&self) -> &[Recorded<Event>] {
        &self.events
    }

    /// The events, each with its stored form.
    pub fn iter(&self) -> impl Iterator<Item = (&StoredEvent, &Recorded<Event>)> {
        self.stored.iter().zip(&self.events)
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Whether the log begins with these.
    pub fn is_first(&self) -> bool {
        self.events.first().is_none_or(|event| event.position == 1)
    }

    /// Where the last one lies.
    pub fn last_position(&self) -> Option<i64> {
        self.events.last().map(|event| event.position)
    }
}
