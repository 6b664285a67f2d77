//! What becomes of an event that a reader cannot apply.

use hip_commands::port::log::StoredEvent;
use hip_domain::event::DecodeError;
use uuid::Uuid;

use super::page_failure::{ApplyError, PageFailure};

/// What becomes of an event that a reader cannot apply. In every case the reader goes on with the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Poison {
    /// It is put aside with what follows it in its stream; so is an event that only a newer program knows.
    ParkStream,
    /// The same, but an event that only a newer program knows halts the reader: the newer program takes it up.
    QuarantineStream,
    /// The same, and what follows about the same person is put aside too: where events of several streams change
    /// one row or document, their order counts.
    QuarantinePerson,
}

/// What is put aside together.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Group {
    Stream(String),
    Person(Uuid),
}

impl Poison {
    /// The groups that an event belongs to. When one of them was put aside, so is the event.
    pub(super) fn groups(self, event: &StoredEvent) -> Vec<Group> {
        self.groups_of(event.stream.as_str().to_owned(), event.subject.map(|subject| subject.0))
    }

    /// The same, by the stream and the person of an event.
    pub(super) fn groups_of(self, stream: String, subject: Option<Uuid>) -> Vec<Group> {
        let (stream, person) = (Group::Stream(stream), subject.map(Group::Person));
        match self {
            Self::ParkStream | Self::QuarantineStream => vec![stream],
            Self::QuarantinePerson => std::iter::once(stream).chain(person).collect(),
        }
    }

    /// Whether the reader goes on after this, without the event.
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
