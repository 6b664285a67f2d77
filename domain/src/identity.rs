//! One patient for one beneficiary of a facility.
//!
//! Anyone who writes first has chosen the subject, and everyone else reads that choice. The subject's key
//! is made in the same transaction. After an erasure the choice is free again: who comes back is somebody
//! else, with another key.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::{LogEvent, aggregate};
use crate::id::{FacilityId, SubjectId};

/// The patient behind a pseudonym, when there is one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Who it is.
    pub subject: Option<SubjectId>,
    /// Who it was before, and is erased.
    #[serde(default)]
    pub released: Option<SubjectId>,
}

/// A wish about an identity.
#[derive(Debug, Clone, PartialEq)]
pub enum IdentityCommand {
    /// Let this be the patient, unless there is one already.
    Establish {
        /// Where the person is treated.
        facility: FacilityId,
        /// A fresh random id.
        subject: SubjectId,
    },
    /// The patient is erased: the pseudonym leads to nobody.
    Release {
        /// Who it was.
        subject: SubjectId,
    },
}

/// What happens to an identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IdentityEvent {
    /// The patient was chosen.
    #[serde(rename = "identity.established")]
    Established {
        /// Where the person is treated.
        facility: FacilityId,
        /// Who it is.
        subject: SubjectId,
    },
    /// The pseudonym leads to nobody any more.
    #[serde(rename = "identity.released")]
    Released {
        /// Who it was.
        subject: SubjectId,
    },
}

/// Uninhabited: these commands cannot fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentityError {}

impl Identity {
    /// What follows from `command`.
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

impl LogEvent for IdentityEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Established { .. } => "identity.established",
            Self::Released { .. } => "identity.released",
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
    fn who_comes_back_after_an_erasure_is_somebody_else() {
        given::<Identity>([established(1)]).when(release(2)).then([]);
        given::<Identity>([established(1)]).when(release(1)).then([released(1)]);
        given::<Identity>([established(1), released(1)]).when(release(1)).then([]);
        let history = [established(1), released(1)];
        given::<Identity>(history).when(establish(2)).then([established(2)]);
    }
}
