//! A facility of ours: whether its visits are fetched at the moment.
//!
//! ```text
//! Open ── PauseIntake ──► Paused ── ResumeIntake ──► Open
//! ```
//! The pause holds what we fetch ourselves. What a record system pushes is taken in any case: it would
//! be lost to it otherwise.

pub mod event;

pub use event::FacilityEvent;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::FacilityId;

/// What is known of one facility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Facility {
    /// Its visits are fetched.
    #[default]
    Open,
    /// They wait.
    Paused {
        /// Why, in the operator's words.
        reason: Option<String>,
    },
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
}

/// Nothing is ever refused here; the type has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FacilityError {}

impl Facility {
    /// Whether its visits wait.
    pub const fn is_paused(&self) -> bool {
        match self {
            Self::Open => false,
            Self::Paused { .. } => true,
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: FacilityCommand) -> Result<Vec<FacilityEvent>, FacilityError> {
        Ok(match (self, command) {
            (Self::Paused { reason: known }, FacilityCommand::PauseIntake { reason, .. })
                if *known == reason =>
            {
                vec![]
            }
            // Another reason is news, also of a pause that lasts.
            (_, FacilityCommand::PauseIntake { facility, reason }) => {
                vec![FacilityEvent::IntakePaused { facility, reason }]
            }
            (Self::Paused { .. }, FacilityCommand::ResumeIntake { facility }) => {
                vec![FacilityEvent::IntakeResumed { facility }]
            }
            (Self::Open, FacilityCommand::ResumeIntake { .. }) => vec![],
        })
    }

    fn evolve(&mut self, event: FacilityEvent) {
        *self = match event {
            FacilityEvent::IntakePaused { reason, .. } => Self::Paused { reason },
            FacilityEvent::IntakeResumed { .. } => Self::Open,
        };
    }
}

aggregate!(Facility, "facility", FacilityCommand, FacilityEvent, FacilityError);

#[cfg(test)]
mod tests;
