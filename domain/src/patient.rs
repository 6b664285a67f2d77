//! A data principal: who we treat, and the ABHA we know of them.

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
}

/// A wish about a patient.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "one at a time, and not kept")]
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
        demographics: Demographics,
        /// Their ABHA, when the visit mentions it.
        abha: Option<(AbhaLookups, Abha)>,
    },
    /// They have left ABDM: their ABHA leads to nobody any more.
    DetachAbha {
        /// Where they are treated.
        facility: FacilityId,
        /// Pseudonym of the ABHA address that was given up.
        address: Pseudonym,
    },
}

/// Nothing is ever refused here; the type has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum PatientError {}

impl Patient {
    /// Pseudonym of their ABHA address, when it is known.
    pub fn abha_address(&self) -> Option<&Pseudonym> {
        self.abha.as_ref()?.address.as_ref()
    }

    /// What follows from `command`.
    pub fn decide(&self, command: PatientCommand) -> Result<Vec<PatientEvent>, PatientError> {
        let (facility, lookups, digest, demographics, abha) = match command {
            PatientCommand::Record { facility, lookups, digest, demographics, abha } => {
                (facility, lookups, digest, demographics, abha)
            }
            PatientCommand::DetachAbha { facility, address } => {
                let theirs = self.abha_address() == Some(&address);
                let detached = PatientEvent::AbhaDetached { facility };
                return Ok(theirs.then_some(detached).into_iter().collect());
            }
        };
        let demographics = Sealed::Open(demographics);
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
        {
            let abha = Sealed::Open(abha);
            events.push(PatientEvent::AbhaAttached { facility, lookups, abha });
        }
        Ok(events)
    }

    fn evolve(&mut self, event: PatientEvent) {
        match event {
            PatientEvent::Registered { digest, .. }
            | PatientEvent::DemographicsChanged { digest, .. } => self.digest = Some(digest),
            PatientEvent::AbhaAttached { lookups, .. } => self.abha = Some(lookups),
            PatientEvent::AbhaDetached { .. } => self.abha = None,
        }
    }
}

aggregate!(Patient, "patient", PatientCommand, PatientEvent, PatientError);

#[cfg(test)]
mod tests;
