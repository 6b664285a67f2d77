//! The erasure of a patient.
//!
//! ```text
//! Present ── RequestErasure ──► Requested ── Erase ──► Erased ── Purge ──► Purged
//!   └──── RefuseErasure ───► Present
//! ```
//! `Erased` means that the keys are destroyed, so no sealed part of the patient can be decrypted. `Purged` means that
//! all other stores have deleted the data too. Neither can be undone.

pub mod event;

pub use event::{Destroyed, Ground, Purged, RequestedBy, SubjectEvent};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, Pseudonym};
use crate::reason::Reason;

/// State of an erasure.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Not requested, or refused.
    #[default]
    Present,
    /// Requested.
    Requested {
        /// Id of the facility.
        facility: FacilityId,
    },
    /// The keys are destroyed.
    Erased {
        /// Id of the facility.
        facility: FacilityId,
    },
    /// All stores have deleted the data.
    Purged {
        /// Id of the facility.
        facility: FacilityId,
    },
}

/// A command on the erasure of a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectCommand {
    /// Request the erasure.
    RequestErasure {
        /// Id of the facility.
        facility: FacilityId,
        /// Who requested it.
        by: RequestedBy,
        /// The reason given.
        reason: Reason,
    },
    /// Refuse a requested erasure.
    RefuseErasure {
        /// Id of the facility.
        facility: FacilityId,
        /// Who requested it.
        by: RequestedBy,
        /// The reason given.
        reason: Reason,
        /// The retention rule that forbids it.
        ground: Ground,
    },
    /// Record that the keys are destroyed.
    Erase {
        /// What was destroyed.
        destroyed: Destroyed,
        /// Pseudonyms of the patient's ABHA addresses.
        addresses: Vec<Pseudonym>,
    },
    /// Record that keys in a restored database are destroyed again.
    DestroyAgain {
        /// Id of the facility.
        facility: FacilityId,
        /// Number of keys.
        keys: u64,
    },
    /// Record that all stores have deleted the data.
    Purge {
        /// What was removed.
        purged: Purged,
    },
}

/// Errors of erasure commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubjectError {
    /// No erasure was requested.
    #[error("the erasure was not requested")]
    NotRequested,
    /// The keys are not destroyed yet.
    #[error("the data principal is not erased")]
    NotErased,
}

impl Subject {
    /// Id of the patient's facility; `None` if no erasure was requested.
    pub const fn facility(&self) -> Option<&FacilityId> {
        match self {
            Self::Present => None,
            Self::Requested { facility }
            | Self::Erased { facility }
            | Self::Purged { facility } => Some(facility),
        }
    }

    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: SubjectCommand) -> Result<Vec<SubjectEvent>, SubjectError> {
        Ok(match (self, command) {
            (Self::Present, SubjectCommand::RequestErasure { facility, by, reason }) => {
                vec![SubjectEvent::ErasureRequested { facility, by, reason }]
            }
            (Self::Present, SubjectCommand::RefuseErasure { facility, by, reason, ground }) => {
                vec![SubjectEvent::ErasureRefused { facility, by, reason, ground }]
            }
            // A repeated request: the earlier decision is kept.
            (_, SubjectCommand::RequestErasure { .. } | SubjectCommand::RefuseErasure { .. }) => {
                vec![]
            }
            (Self::Requested { facility }, SubjectCommand::Erase { destroyed, addresses }) => {
                let facility = facility.clone();
                vec![SubjectEvent::Erased { facility, destroyed, addresses }]
            }
            (_, SubjectCommand::DestroyAgain { facility, keys }) => {
                vec![SubjectEvent::KeysDestroyedAgain { facility, keys }]
            }
            (Self::Present, SubjectCommand::Erase { .. }) => {
                return Err(SubjectError::NotRequested);
            }
            (Self::Erased { .. } | Self::Purged { .. }, SubjectCommand::Erase { .. })
            | (Self::Purged { .. }, SubjectCommand::Purge { .. }) => vec![],
            (Self::Erased { facility }, SubjectCommand::Purge { purged }) => {
                vec![SubjectEvent::Purged { facility: facility.clone(), purged }]
            }
            (Self::Present | Self::Requested { .. }, SubjectCommand::Purge { .. }) => {
                return Err(SubjectError::NotErased);
            }
        })
    }

    fn evolve(&mut self, event: SubjectEvent) {
        *self = match event {
            // This does not change the state of the erasure.
            SubjectEvent::KeysDestroyedAgain { .. } => return,
            SubjectEvent::ErasureRequested { facility, .. } => Self::Requested { facility },
            SubjectEvent::ErasureRefused { .. } => Self::Present,
            SubjectEvent::Erased { facility, .. } => Self::Erased { facility },
            SubjectEvent::Purged { facility, .. } => Self::Purged { facility },
        };
    }
}

aggregate!(Subject, "subject", SubjectCommand, SubjectEvent, SubjectError);

#[cfg(test)]
mod tests;
