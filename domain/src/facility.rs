//! A facility: whether fetching its visits is paused, and its current service id.
//!
//! ```text
//! open ── PauseIntake ──► paused ── ResumeIntake ──► open
//! ```
//! A pause affects only visits that this service fetches. Pushed visits are always accepted, because the record
//! system would otherwise lose them.
//!
//! The log uses the first service id of a facility: keys, streams and pseudonyms depend on it. A changed service id
//! is an event here; only the network sees the new id.

pub mod event;

pub use event::FacilityEvent;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::FacilityId;

/// State of one facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facility {
    pause: Option<Pause>,
    /// Later service ids, newest last.
    names: Vec<FacilityId>,
}

/// Fetching is paused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pause {
    /// The operator's reason.
    reason: Option<String>,
}

/// A command to a facility.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FacilityCommand {
    /// Pause fetching its visits.
    PauseIntake {
        /// Id of the facility.
        facility: FacilityId,
        /// The reason, without personal data.
        reason: Option<String>,
    },
    /// Resume fetching its visits.
    ResumeIntake {
        /// Id of the facility.
        facility: FacilityId,
    },
    /// The facility has a new service id.
    Rename {
        /// The first service id.
        facility: FacilityId,
        /// The new service id.
        to: FacilityId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FacilityError {}

impl Facility {
    /// Whether fetching its visits is paused.
    pub const fn is_paused(&self) -> bool {
        self.pause.is_some()
    }

    /// All service ids after the first one, newest last. An id that was assigned again appears again.
    pub fn names(&self) -> &[FacilityId] {
        &self.names
    }

    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: FacilityCommand) -> Result<Vec<FacilityEvent>, FacilityError> {
        Ok(match command {
            // A different reason is recorded, even if the pause continues.
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
