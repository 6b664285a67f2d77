//! Assigns one subject to one patient id of a facility.
//!
//! The first append assigns the subject, and its data key is created in the same transaction. All others use that
//! subject. An erasure releases the id: if the patient returns, a new subject with a new key is assigned.

use hip_domain_derive::LogEvent;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, SubjectId};

/// The subject of a facility's patient id.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// The assigned subject, if any.
    pub subject: Option<SubjectId>,
    /// The previous subject, which was erased.
    #[serde(default)]
    pub released: Option<SubjectId>,
}

/// A command to an identity.
#[derive(Debug, Clone, PartialEq)]
pub enum IdentityCommand {
    /// Assign this subject, unless one is assigned.
    Establish {
        /// Id of the facility.
        facility: FacilityId,
        /// A new random id.
        subject: SubjectId,
    },
    /// The subject is erased: release the patient id.
    Release {
        /// The erased subject.
        subject: SubjectId,
    },
}

/// An event of an identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, LogEvent)]
pub enum IdentityEvent {
    /// A subject was assigned.
    #[serde(rename = "identity.established")]
    Established {
        /// Id of the facility.
        facility: FacilityId,
        /// The assigned subject.
        subject: SubjectId,
    },
    /// The patient id was released.
    #[serde(rename = "identity.released")]
    Released {
        /// The erased subject.
        subject: SubjectId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentityError {}

impl Identity {
    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: IdentityCommand) -> Result<Vec<IdentityEvent>, IdentityError> {
        Ok(match (self.subject, command) {
            (None, IdentityCommand::Establish { facility, subject }) => {
                vec![IdentityEvent::Established { facility, subject }]
            }
            (Some(known), IdentityCommand::Release { subject }) if known == subject => {
                vec![IdentityEvent::Released { subject }]
            }
            (Some(_), IdentityCommand::Establish { .. }) | (_, IdentityCommand::Release { .. }) => {
                vec![]
            }
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "cqrs-es hands the event over")]
    fn evolve(&mut self, event: IdentityEvent) {
        match event {
            IdentityEvent::Established { subject, .. } => self.subject = Some(subject),
            IdentityEvent::Released { subject } => {
                *self = Self { subject: None, released: Some(subject) };
            }
        }
    }
}

aggregate!(Identity, "identity", IdentityCommand, IdentityEvent, IdentityError);

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::spec::given;

    fn establish(subject: u128) -> IdentityCommand {
        let facility = FacilityId::parse("IN1").unwrap();
        IdentityCommand::Establish { facility, subject: SubjectId(Uuid::from_u128(subject)) }
    }

    fn established(subject: u128) -> IdentityEvent {
        let facility = FacilityId::parse("IN1").unwrap();
        IdentityEvent::Established { facility, subject: SubjectId(Uuid::from_u128(subject)) }
    }

    fn release(subject: u128) -> IdentityCommand {
        IdentityCommand::Release { subject: SubjectId(Uuid::from_u128(subject)) }
    }

    fn released(subject: u128) -> IdentityEvent {
        IdentityEvent::Released { subject: SubjectId(Uuid::from_u128(subject)) }
    }

    #[test]
    fn the_first_choice_of_a_subject_stands() {
        given::<Identity>([established(1)]).when(establish(2)).then([]);
    }

    #[test]
    fn a_patient_who_returns_after_an_erasure_is_a_new_subject() {
        given::<Identity>([established(1)]).when(release(2)).then([]);
        given::<Identity>([established(1)]).when(release(1)).then([released(1)]);
        given::<Identity>([established(1), released(1)]).when(release(1)).then([]);
        let history = [established(1), released(1)];
        given::<Identity>(history).when(establish(2)).then([established(2)]);
    }
}
