//! One data principal for one beneficiary of a facility.
//!
//! A stream of one event: whoever writes it first has chosen the subject, and everyone else reads
//! that choice. The subject's key is made in the same transaction.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::aggregate::{LogEvent, aggregate};
use crate::id::{FacilityId, SubjectId};

/// The data principal behind a pseudonym, when there is one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Who it is.
    pub subject: Option<SubjectId>,
}

/// A wish about an identity.
#[derive(Debug, Clone, PartialEq)]
pub enum IdentityCommand {
    /// Let this be the data principal, unless there is one already.
    Establish {
        /// Where the person is treated.
        facility: FacilityId,
        /// A fresh random id.
        subject: SubjectId,
    },
}

/// What happens to an identity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum IdentityEvent {
    /// The data principal was chosen.
    #[serde(rename = "identity.established")]
    Established {
        /// Where the person is treated.
        facility: FacilityId,
        /// Who it is.
        subject: SubjectId,
    },
}

/// Nothing is ever refused here; the type has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdentityError {}

impl Identity {
    /// What follows from `command`.
    pub fn decide(&self, command: IdentityCommand) -> Result<Vec<IdentityEvent>, IdentityError> {
        let IdentityCommand::Establish { facility, subject } = command;
        Ok(match self.subject {
            None => vec![IdentityEvent::Established { facility, subject }],
            Some(_) => vec![],
        })
    }

    #[expect(clippy::needless_pass_by_value, reason = "cqrs-es hands the event over")]
    fn evolve(&mut self, event: IdentityEvent) {
        let IdentityEvent::Established { subject, .. } = event;
        self.subject = Some(subject);
    }
}

impl LogEvent for IdentityEvent {
    fn name(&self) -> &'static str {
        match self {
            Self::Established { .. } => "identity.established",
        }
    }
}

aggregate!(Identity, "identity", IdentityCommand, IdentityEvent, IdentityError);

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::spec::given;

    #[test]
    fn the_first_choice_of_a_subject_stands() {
        let facility = FacilityId::parse("IN1").unwrap();
        let first = SubjectId(Uuid::from_u128(1));
        let second = SubjectId(Uuid::from_u128(2));
        given::<Identity>([IdentityEvent::Established {
            facility: facility.clone(),
            subject: first,
        }])
        .when(IdentityCommand::Establish { facility, subject: second })
        .then([]);
    }
}
