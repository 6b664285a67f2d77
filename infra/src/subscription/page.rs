//! Events that are applied together.

use hip_commands::log::codec;
use hip_commands::port::log::StoredEvent;
use hip_domain::event::{DecodeError, Event};
use hip_domain::recorded::Recorded;

/// Events in log order, in stored and decoded form. Confidential parts are
/// closed; a subscriber that needs one opens the stored form.
///
/// A page covers a range of the log. Parked events of that range are not in it.
#[derive(Clone, Default)]
pub struct Page {
    stored: Vec<StoredEvent>,
    events: Vec<Recorded<Event>>,
    /// First and last position of the range.
    stretch: Option<(i64, i64)>,
}

impl Page {
    /// A page without events, for the range of these.
    pub(super) fn over(stored: &[StoredEvent]) -> Self {
        let stretch = stored.first().zip(stored.last());
        let stretch = stretch.map(|(first, last)| (first.position, last.position));
        Self { stored: vec![], events: vec![], stretch }
    }

    /// A page with all of these.
    ///
    /// # Errors
    ///
    /// One of them cannot be decoded.
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

    /// Whether the log begins with this range.
    pub fn is_first(&self) -> bool {
        self.stretch.is_none_or(|(first, _)| first == 1)
    }

    /// Last position of the range.
    pub fn last_position(&self) -> Option<i64> {
        self.stretch.map(|(_, last)| last)
    }
}
