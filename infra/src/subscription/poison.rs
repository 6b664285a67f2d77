//! Handling of an event that a subscriber cannot apply.

use hip_commands::port::log::StoredEvent;
use hip_domain::event::DecodeError;
use uuid::Uuid;

use super::page_failure::{ApplyError, PageFailure};

/// Handling of an event that a subscriber cannot apply. In every case the subscriber continues with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poison {
    /// Parked with the later events of its stream; also an event that only a newer program knows.
    ParkStream,
    /// The same, but an event that only a newer program knows stops the subscriber, so that the newer program takes
    /// over.
    QuarantineStream,
    /// The same, and later events of the same patient are parked too: if events of several streams change
    /// one row or document, their order matters.
    QuarantinePerson,
}

/// What is parked together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Stream(String),
    Person(Uuid),
}

impl Poison {
    /// The groups of an event. If one of them is parked, so is the event.
    pub(super) fn groups(self, event: &StoredEvent) -> Vec<Group> {
        self.groups_of(event.stream.as_str().to_owned(), event.subject.map(|subject| subject.0))
    }

    /// The same, by stream and subject of an event.
    pub(super) fn groups_of(self, stream: String, subject: Option<Uuid>) -> Vec<Group> {
        let (stream, person) = (Group::Stream(stream), subject.map(Group::Person));
        match self {
            Self::ParkStream | Self::QuarantineStream => vec![stream],
            Self::QuarantinePerson => std::iter::once(stream).chain(person).collect(),
        }
    }

    /// Whether the subscriber continues without the event after this failure.
    pub(super) fn goes_on_after(self, stop: &PageFailure) -> bool {
        stop.is_of_an_event() && (self == Self::ParkStream || !is_of_a_newer_program(stop))
    }
}

fn is_of_a_newer_program(stop: &PageFailure) -> bool {
    match stop {
        PageFailure::Decode(DecodeError::Unknown { .. }) => true,
        PageFailure::Apply(error) => error.is_of_a_newer_program(),
        PageFailure::Decode(DecodeError::Shape { .. })
        | PageFailure::Fenced
        | PageFailure::BeyondTheLog { .. }
        | PageFailure::Log(_)
        | PageFailure::TooManyParked => false,
    }
}

impl ApplyError {
    fn is_of_a_newer_program(&self) -> bool {
        use hip_commands::log::codec::OpenError;
        use hip_commands::tasks::TaskError;
        match self {
            Self::Open(OpenError::Decode(DecodeError::Unknown { .. }))
            | Self::Source(TaskError::Newer { .. }) => true,
            Self::Open(_)
            | Self::Source(_)
            | Self::Database(_)
            | Self::Documents(_)
            | Self::Cache(_)
            | Self::Lost
            | Self::Late
            | Self::Panicked
            | Self::Vault(_) => false,
        }
    }
}
