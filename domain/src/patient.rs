//! A patient: demographics and ABHA.

pub mod event;

pub use event::{Abha, AbhaLookups, Demographics, Lookups, PatientEvent};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, Pseudonym};
use crate::sealed::Sealed;

/// The state for detecting changes. It contains no personal data in clear.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Patient {
    digest: Option<Pseudonym>,
    abha: Option<AbhaLookups>,
    left: Option<DetachedAbha>,
}

/// The ABHA of a patient who opted out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct DetachedAbha {
    abha: AbhaLookups,
    deleted: bool,
}

/// A command to a patient.
#[derive(Debug, Clone, PartialEq)]
pub enum PatientCommand {
    /// Record the current data of the facility.
    Record {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonyms by which the patient can be found.
        lookups: Lookups,
        /// Keyed digest of the demographics, to detect changes.
        digest: Pseudonym,
        /// The demographics.
        demographics: Box<Demographics>,
        /// The ABHA, if the visit contains it.
        abha: Option<(AbhaLookups, Abha)>,
    },
    /// The patient left ABDM: detach the ABHA.
    DetachAbha {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonym of the detached ABHA address.
        address: Pseudonym,
        /// The ABHA was deleted, not only deactivated, and is never attached again.
        deleted: bool,
    },
    /// The deactivated ABHA is active again.
    ReattachAbha {
        /// Id of the facility.
        facility: FacilityId,
        /// Pseudonym of the ABHA address.
        address: Pseudonym,
        /// The detached ABHA.
        abha: Abha,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatientError {}

impl Patient {
    /// Pseudonym of the ABHA address, if known.
    pub fn abha_address(&self) -> Option<&Pseudonym> {
        self.abha.as_ref()?.address.as_ref()
    }

    /// Whether the patient opted out and has not returned. Then they cannot be discovered, and nothing is shared.
    pub const fn has_left(&self) -> bool {
        self.left.is_some()
    }

    /// Decides on a command and returns the resulting events.
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
        // A visit without an ABHA does not remove the known ABHA.
        if let Some((lookups, abha)) = abha
            && self.abha.as_ref() != Some(&lookups)
            && !self.is_deleted(&lookups)
        {
            let abha = Sealed::Open(abha);
            events.push(PatientEvent::AbhaAttached { facility, lookups, abha });
        }
        Ok(events)
    }

    /// Whether detaching this address changes anything. A deactivated ABHA may be deleted later.
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

    /// Whether this ABHA was deleted. Record systems keep sending a deleted ABHA.
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
