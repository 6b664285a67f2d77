//! What was decided about the erasure of a patient.
//!
//! ```text
//! Kept ── RequestErasure ──► Requested ── Erase ──► Erased ── Purge ──► Purged
//!   └──── RefuseErasure ───► Kept
//! ```
//! `Erased` means that the keys are destroyed: nothing sealed of the person can be opened by anybody.
//! `Purged` means that every store beside the log has let go of them, too. There is no way back.

pub mod event;

pub use event::{Destroyed, Ground, Purged, RequestedBy, SubjectEvent};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, Pseudonym};
use crate::reason::Reason;

/// How far the erasure of a patient has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// Nobody asked for it, or it was refused.
    #[default]
    Kept,
    /// It will be done.
    Requested {
        /// Where the person is treated.
        facility: FacilityId,
    },
    /// The keys are destroyed.
    Erased {
        /// Where the person was treated.
        facility: FacilityId,
    },
    /// Nothing is left in any store of ours.
    Purged {
        /// Where the person was treated.
        facility: FacilityId,
    },
}

/// A wish about a patient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubjectCommand {
    /// Let everything that is known of them go.
    RequestErasure {
        /// Where they are treated.
        facility: FacilityId,
        /// Who wants it.
        by: RequestedBy,
        /// Why.
        reason: Reason,
    },
    /// It was asked for, and may not be done yet.
    RefuseErasure {
        /// Where they are treated.
        facility: FacilityId,
        /// Who wanted it.
        by: RequestedBy,
        /// Why.
        reason: Reason,
        /// What binds us to keep it.
        ground: Ground,
    },
    /// Their keys are destroyed.
    Erase {
        /// What went with them.
        destroyed: Destroyed,
        /// Pseudonyms of the ABHA addresses that they had.
        addresses: Vec<Pseudonym>,
    },
    /// Keys that were destroyed are there again, in a restored database, and go once more.
    DestroyAgain {
        /// Where they were treated.
        facility: FacilityId,
        /// How many keys.
        keys: u64,
    },
    /// Every store has let go of them.
    Purge {
        /// What was removed.
        purged: Purged,
    },
}

/// Why a wish was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SubjectError {
    /// Nobody has decided that they are to be erased.
    #[error("the erasure was not requested")]
    NotRequested,
    /// Their keys are not destroyed yet.
    #[error("the data principal is not erased")]
    NotErased,
}

impl Subject {
    /// Where the person is or was treated; `None` if nobody asked for an erasure.
    pub const fn facility(&self) -> Option<&FacilityId> {
        match self {
            Self::Kept => None,
            Self::Requested { facility }
            | Self::Erased { facility }
            | Self::Purged { facility } => Some(facility),
        }
    }

    /// What follows from `command`.
    pub fn decide(&self, command: SubjectCommand) -> Result<Vec<SubjectEvent>, SubjectError> {
        Ok(match (self, command) {
            (Self::Kept, SubjectCommand::RequestErasure { facility, by, reason }) => {
                vec![SubjectEvent::ErasureRequested { facility, by, reason }]
            }
            (Self::Kept, SubjectCommand::RefuseErasure { facility, by, reason, ground }) => {
                vec![SubjectEvent::ErasureRefused { facility, by, reason, ground }]
            }
            // Asked again while it is done, or after: what was decided stands.
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
            (Self::Kept, SubjectCommand::Erase { .. }) => return Err(SubjectError::NotRequested),
            (Self::Erased { .. } | Self::Purged { .. }, SubjectCommand::Erase { .. })
            | (Self::Purged { .. }, SubjectCommand::Purge { .. }) => vec![],
            (Self::Erased { facility }, SubjectCommand::Purge { purged }) => {
                vec![SubjectEvent::Purged { facility: facility.clone(), purged }]
            }
            (Self::Kept | Self::Requested { .. }, SubjectCommand::Purge { .. }) => {
                return Err(SubjectError::NotErased);
            }
        })
    }

    fn evolve(&mut self, event: SubjectEvent) {
        *self = match event {
            // What is decided about them is another matter.
            SubjectEvent::KeysDestroyedAgain { .. } => return,
            SubjectEvent::ErasureRequested { facility, .. } => Self::Requested { facility },
            SubjectEvent::ErasureRefused { .. } => Self::Kept,
            SubjectEvent::Erased { facility, .. } => Self::Erased { facility },
            SubjectEvent::Purged { facility, .. } => Self::Purged { facility },
        };
    }
}

aggregate!(Subject, "subject", SubjectCommand, SubjectEvent, SubjectError);

#[cfg(test)]
mod tests;
