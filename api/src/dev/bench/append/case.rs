//! The measurements of each round.

use std::fmt;

use serde::Serialize;

/// One measurement of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub(super) enum Case {
    /// pgbench: each transaction inserts one row with about 600 bytes of `jsonb`. Each client has its own
    /// connection.
    Ceiling { in_flight: u32 },
    /// cqrs-es over postgres-es as published. Each client has its own connection.
    Reference { in_flight: u32, events: u32 },
    /// Our log, through the dispatcher that the service uses.
    Own { state: State, in_flight: u32, events: u32 },
}

/// Source of the state on which a command is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// Folded from the stream, which is read for each command.
    Loaded,
    /// From the cache. The expected version protects against a stale state.
    Cached,
}

/// C32, the base of all ratios.
pub(super) const CEILING: Case = Case::Ceiling { in_flight: 32 };

/// The measurements of a round in three groups. Each round starts with another group.
pub(super) fn groups() -> [Vec<Case>; 3] {
    let reference = |in_flight, events| Case::Reference { in_flight, events };
    let own = |state, in_flight, events| Case::Own { state, in_flight, events };
    let alone = [1, 8, 32, 128].into_iter();
    [
        [1, 8, 32].map(|in_flight| Case::Ceiling { in_flight }).to_vec(),
        vec![reference(1, 1), reference(8, 1), reference(32, 1), reference(32, 5)],
        alone
            .flat_map(|n| [own(State::Loaded, n, 1), own(State::Cached, n, 1)])
            .chain([own(State::Cached, 128, 5)])
            .collect(),
    ]
}

impl Case {
    /// Number of events that a command appends. A transaction of pgbench counts as one.
    pub(super) fn events(self) -> u32 {
        match self {
            Self::Ceiling { .. } => 1,
            Self::Reference { events, .. } | Self::Own { events, .. } => events,
        }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, in_flight) = match self {
            Self::Ceiling { in_flight } => ("ceiling", in_flight),
            Self::Reference { in_flight, .. } => ("cqrs-es", in_flight),
            Self::Own { state: State::Loaded, in_flight, .. } => ("own, state loaded", in_flight),
            Self::Own { state: State::Cached, in_flight, .. } => ("own, state cached", in_flight),
        };
        write!(f, "{name}, {in_flight} in flight")?;
        if self.events() > 1 {
            write!(f, ", {} events", self.events())?;
        }
        Ok(())
    }
}
