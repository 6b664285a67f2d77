//! Events that are applied together.

use hip_commands::log::codec;
use hip_commands::port::log::StoredEvent;
use hip_domain::event::{DecodeError, Event};
use hip_domain::recorded::Recorded;

/// Events in the order of the log, as they are stored and as they are meant. Confidential parts are
/// closed; whoever needs one opens the stored form.
///
/// A page stands for a stretch of the log. Events of that stretch that were put aside are not in it.
#[derive(Clone, Default)]
pub struct Page {
    stored: Vec<StoredEvent>,
    events: Vec<Recorded<Event>>,
    /// The stretch: its first and last position.
    stretch: Option<(i64, i64)>,
}

impl Page {
    /// A page without events for the stretch of these.
    pub(super) fn over(stored: &[StoredEvent]) -> Self {
        let stretch = stored.first().zip(stored.last());
        let stretch = stretch.map(|(first, last)| (first.position, last.position));
        Self { stored: vec![], events: vec![], stretch }
    }

    /// A page of all of these.
    ///
    /// # Errors
    ///
    /// One of them is none of ours.
    pub(crate) fn of(stored: Vec<StoredEvent>) -> Result<Self, DecodeError> {
        let mut page = Self::over(&stored);
        for event in stored {
            let recorded = codec::decode(&event)?;
            page.push(event, recorded);
        }
        Ok(page)
    }

    /// Adds an event.
    pub(super) fn push(&mut self, stored: StoredEvent, event: Recorded<Event>) {
        self.stored.push(stored);
        self.events.push(event);
    }

    /// The events.
    pub fn events(&self) -> &[Recorded<Event>] {
        &self.events
    }

    /// The events, each with its stored form.
    pub fn iter(&self) -> impl Iterator<Item = (&StoredEvent, &Recorded<Event>)> {
        self.stored.iter().zip(&self.events)
    }

    /// Whether the log begins with this stretch.
    pub fn is_first(&self) -> bool {
        self.stretch.is_none_or(|(first, _)| first == 1)
    }

    /// Where the stretch ends.
    pub fn last_position(&self) -> Option<i64> {
        self.stretch.map(|(_, last)| last)
    }
}
