//! A facility of ours: whether its visits are fetched at the moment, and under which id the gateway
//! knows it.
//!
//! ```text
//! open ── PauseIntake ──► paused ── ResumeIntake ──► open
//! ```
//! The pause holds what we fetch ourselves. What a record system pushes is taken in any case: it would
//! be lost to it otherwise.
//!
//! The log keeps the id that a facility had first: keys, streams and pseudonyms are made of it. When the
//! register corrects its service id, that is an event here, and only the network sees the new one.

pub mod event;

pub use event::FacilityEvent;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::FacilityId;

/// What is known of one facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facility {
    pause: Option<Pause>,
    /// The ids that it was given since, the newest last.
    names: Vec<FacilityId>,
}

/// Its visits wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pause {
    /// Why, in the operator's words.
    reason: Option<String>,
}

/// A wish about a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacilityCommand {
    /// Fetch nothing of it until told otherwise.
    PauseIntake {
        /// Which.
        facility: FacilityId,
        /// Why, in words without personal data.
        reason: Option<String>,
    },
    /// Fetch what waits, and what comes.
    ResumeIntake {
        /// Which.
        facility: FacilityId,
    },
    /// The gateway knows it under another service id from now on.
    Rename {
        /// The id that it had first.
        facility: FacilityId,
        /// Its id now.
        to: FacilityId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FacilityError {}

impl Facility {
    /// Whether its visits wait.
    pub const fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// The ids that it was given after its first, the newest last. An id that it has got back is there
    /// again.
    pub fn names(&self) -> &[FacilityId] {
        &self.names
    }

    /// What follows from `command`.
    pub fn decide(&self, command: FacilityCommand) -> Result<Vec<FacilityEvent>, FacilityError> {
        Ok(match command {
            // Another reason is news, also of a pause that lasts.
            FacilityCommand::PauseIntake { facility, reason } => {
                let known = self.pause.as_ref().is_some_and(|pause| pause.reason == reason);
                let paused = FacilityEvent::IntakePaused { facility, reason };
                if known { vec![] } else { vec![paused] }
            }
            FacilityCommand::ResumeIntake { facility } if self.is_paused() => {
                vec![FacilityEvent::IntakeResumed { facility }]
            }
            FacilityCommand::ResumeIntake { .. } => vec![],
            FacilityCommand::Rename { facility, to } => {
                if *self.names.last().unwrap_or(&facility) == to {
                    return Ok(vec![]);
                }
                vec![FacilityEvent::Renamed { facility, to }]
            }
        })
    }

    fn evolve(&mut self, event: FacilityEvent) {
        match event {
            FacilityEvent::IntakePaused { reason, .. } => self.pause = Some(Pause { reason }),
            FacilityEvent::IntakeResumed { .. } => self.pause = None,
            FacilityEvent::Renamed { to, .. } => self.names.push(to),
        }
    }
}

aggregate!(Facility, "facility", FacilityCommand, FacilityEvent, FacilityError);

#[cfg(test)]
mod tests;
