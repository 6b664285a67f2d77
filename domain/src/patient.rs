//! A patient: who we treat, and the ABHA we know of them.

pub mod event;

pub use event::{Abha, AbhaLookups, Demographics, Lookups, PatientEvent};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, Pseudonym};
use crate::sealed::Sealed;

/// What we must remember to see whether something changed. Nothing personal.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Patient {
    digest: Option<Pseudonym>,
    abha: Option<AbhaLookups>,
    left: Option<DetachedAbha>,
}

/// The ABHA that a patient had when they left ABDM.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DetachedAbha {
    abha: AbhaLookups,
    deleted: bool,
}

/// A wish about a patient.
#[derive(Debug, Clone, PartialEq)]
pub enum PatientCommand {
    /// This is what the facility knows of them now.
    Record {
        /// Where they are treated.
        facility: FacilityId,
        /// By what they can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics: equal when nothing changed.
        digest: Pseudonym,
        /// Who they are.
        demographics: Box<Demographics>,
        /// Their ABHA, when the visit mentions it.
        abha: Option<(AbhaLookups, Abha)>,
    },
    /// They have left ABDM: their ABHA leads to nobody any more.
    DetachAbha {
        /// Where they are treated.
        facility: FacilityId,
        /// Pseudonym of the ABHA address that was given up.
        address: Pseudonym,
        /// The ABHA was deleted, not only deactivated: it is never attached again.
        deleted: bool,
    },
    /// Their deactivated ABHA is active again.
    ReattachAbha {
        /// Where they are treated.
        facility: FacilityId,
        /// Pseudonym of the ABHA address.
        address: Pseudonym,
        /// The ABHA that was detached.
        abha: Abha,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatientError {}

impl Patient {
    /// Pseudonym of their ABHA address, when it is known.
    pub fn abha_address(&self) -> Option<&Pseudonym> {
        self.abha.as_ref()?.address.as_ref()
    }

    /// Whether they have left ABDM and not come back: nobody may find them, and nothing is shared.
    pub const fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// What follows from `command`.
    pub fn decide(&self, command: PatientCommand) -> Result<Vec<PatientEvent>, PatientError> {
        let (facility, lookups, digest, demographics, abha) = match command {
            PatientCommand::Record { facility, lookups, digest, demographics, abha } => {
                (facility, lookups, digest, demographics, abha)
            }
            PatientCommand::DetachAbha { facility, address, deleted } => {
                let detached = PatientEvent::AbhaDetached { facility, deleted };
                return Ok(self
                    .is_detached_by(&address, deleted)
                    .then_some(detached)
                    .into_iter()
                    .collect());
            }
            PatientCommand::ReattachAbha { facility, address, abha } => {
                let attached =
                    self.reattachable(&address).map(|lookups| PatientEvent::AbhaAttached {
                        facility,
                        lookups: lookups.clone(),
                        abha: Sealed::Open(abha),
                    });
                return Ok(attached.into_iter().collect());
            }
        };
        let demographics = Sealed::Open(*demographics);
        let mut events = Vec::new();
        match &self.digest {
            None => events.push(PatientEvent::Registered {
                facility: facility.clone(),
                lookups,
                digest,
                demographics,
            }),
            Some(known) if *known == digest => {}
            Some(_) => events.push(PatientEvent::DemographicsChanged {
                facility: facility.clone(),
                lookups,
                digest,
                demographics,
            }),
        }
        // A visit that does not mention the ABHA does not take it away.
        if let Some((lookups, abha)) = abha
            && self.abha.as_ref() != Some(&lookups)
            && !self.is_deleted(&lookups)
        {
            let abha = Sealed::Open(abha);
            events.push(PatientEvent::AbhaAttached { facility, lookups, abha });
        }
        Ok(events)
    }

    /// Whether the news that this address was given up changes anything. A deactivated ABHA may be
    /// deleted later.
    fn is_detached_by(&self, address: &Pseudonym, deleted: bool) -> bool {
        let of_left = self
            .left
            .as_ref()
            .and_then(|left| left.abha.address.as_ref().map(|a| (a, left.deleted)));
        self.abha_address() == Some(address)
            || of_left.is_some_and(|(left, was_deleted)| left == address && deleted && !was_deleted)
    }

    fn reattachable(&self, address: &Pseudonym) -> Option<&AbhaLookups> {
        let left = self.left.as_ref().filter(|left| !left.deleted)?;
        (left.abha.address.as_ref() == Some(address)).then_some(&left.abha)
    }

    /// A record system keeps sending the ABHA that it knows, also after it was deleted.
    fn is_deleted(&self, named: &AbhaLookups) -> bool {
        let Some(DetachedAbha { abha, deleted: true }) = &self.left else { return false };
        let same = |a: &Option<Pseudonym>, b: &Option<Pseudonym>| a.is_some() && a == b;
        same(&abha.address, &named.address) || same(&abha.number, &named.number)
    }

    fn evolve(&mut self, event: PatientEvent) {
        match event {
            PatientEvent::Registered { digest, .. }
            | PatientEvent::DemographicsChanged { digest, .. } => self.digest = Some(digest),
            PatientEvent::AbhaAttached { lookups, .. } => {
                self.abha = Some(lookups);
                self.left = None;
            }
            PatientEvent::AbhaDetached { deleted, .. } => {
                let before = self.left.take().map(|left| left.abha);
                let abha = self.abha.take().or(before);
                self.left = abha.map(|abha| DetachedAbha { abha, deleted });
            }
        }
    }
}

aggregate!(Patient, "patient", PatientCommand, PatientEvent, PatientError);

#[cfg(test)]
mod tests;
