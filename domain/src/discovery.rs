//! A discovery: a patient searches for their records, and the reply names one patient or none.
//!
//! ```text
//! (nothing) ── Request ──► Requested ── Conclude ──► Matched | NotMatched ── Answered
//! ```

pub mod comparison;
pub mod event;

pub use event::{DiscoveryEvent, DiscoveryOutcome, DiscoveryQuery, MatchedBy, Offer};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use comparison::Considered;

use crate::aggregate::aggregate;
use crate::id::{FacilityId, RequestId, TransactionId};
use crate::sealed::Sealed;

/// State of one discovery.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub enum Discovery {
    /// Unknown.
    #[default]
    Absent,
    /// Requested, but not looked up yet.
    Requested {
        /// The request to reply to.
        request_id: RequestId,
    },
    /// Looked up.
    Concluded {
        /// The request to reply to.
        request_id: RequestId,
        /// The result.
        outcome: DiscoveryOutcome,
    },
}

/// A command to a discovery.
#[derive(Debug, Clone, PartialEq)]
pub enum DiscoveryCommand {
    /// A patient requests a discovery.
    Request {
        /// The transaction id.
        transaction: TransactionId,
        /// Id of the facility.
        facility: FacilityId,
        /// The request to reply to.
        request_id: RequestId,
        /// The data of the patient.
        query: DiscoveryQuery,
    },
    /// Record the result.
    Conclude {
        /// One patient, or the reason for none.
        outcome: DiscoveryOutcome,
        /// The compared candidates.
        considered: Vec<Considered>,
    },
}

/// Errors of discovery commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DiscoveryError {
    /// The discovery does not exist.
    #[error("no such discovery")]
    Absent,
}

impl Discovery {
    /// Decides on a command and returns the resulting events.
    pub fn decide(&self, command: DiscoveryCommand) -> Result<Vec<DiscoveryEvent>, DiscoveryError> {
        match (self, command) {
            (
                Self::Absent,
                DiscoveryCommand::Request { transaction, facility, request_id, query },
            ) => Ok(vec![DiscoveryEvent::Requested {
                transaction,
                facility,
                request_id,
                query: Sealed::Open(query),
            }]),
            (Self::Absent, DiscoveryCommand::Conclude { .. }) => Err(DiscoveryError::Absent),
            (
                Self::Requested { request_id },
                DiscoveryCommand::Conclude { outcome, considered },
            ) => {
                let request_id = *request_id;
                Ok(vec![match outcome {
                    DiscoveryOutcome::Matched(offer) => {
                        DiscoveryEvent::PatientMatched { request_id, offer, considered }
                    }
                    DiscoveryOutcome::NotMatched { code, candidates } => {
                        DiscoveryEvent::NotMatched { request_id, code, candidates, considered }
                    }
                }])
            }
            // Repeated with another request id: the same reply is sent again.
            (
                Self::Concluded { request_id: answered, .. },
                DiscoveryCommand::Request { request_id, .. },
            ) if *answered != request_id => Ok(vec![DiscoveryEvent::Repeated { request_id }]),
            // Repeated, or looked up again after a crash: the first result is kept.
            (Self::Requested { .. } | Self::Concluded { .. }, _) => Ok(vec![]),
        }
    }

    fn evolve(&mut self, event: DiscoveryEvent) {
        *self = match event {
            DiscoveryEvent::Repeated { .. } => return,
            DiscoveryEvent::Requested { request_id, .. } => Self::Requested { request_id },
            DiscoveryEvent::PatientMatched { request_id, offer, .. } => {
                Self::Concluded { request_id, outcome: DiscoveryOutcome::Matched(offer) }
            }
            DiscoveryEvent::NotMatched { request_id, code, candidates, .. } => {
                let outcome = DiscoveryOutcome::NotMatched { code, candidates };
                Self::Concluded { request_id, outcome }
            }
        };
    }
}

aggregate!(Discovery, "discovery", DiscoveryCommand, DiscoveryEvent, DiscoveryError);

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::ErrorCode;
    use crate::sensitive::Phi;
    use crate::spec::given;

    fn requested() -> DiscoveryEvent {
        DiscoveryEvent::Requested {
            transaction: TransactionId::parse("t-1").unwrap(),
            facility: FacilityId::parse("IN1").unwrap(),
            request_id: RequestId(Uuid::from_u128(1)),
            query: Sealed::Open(DiscoveryQuery {
                abha_address: Phi::new("test.person@sbx".to_owned()),
                name: Phi::new("Test Person".to_owned()),
                gender: Phi::new("F".to_owned()),
                year_of_birth: None,
                verified: vec![],
                unverified: vec![],
            }),
        }
    }

    fn nobody() -> DiscoveryOutcome {
        DiscoveryOutcome::NotMatched { code: ErrorCode::parse("ABDM-1010").unwrap(), candidates: 0 }
    }

    #[test]
    fn the_first_conclusion_stands() {
        let concluded = DiscoveryEvent::NotMatched {
            request_id: RequestId(Uuid::from_u128(1)),
            code: ErrorCode::parse("ABDM-1010").unwrap(),
            candidates: 0,
            considered: vec![],
        };
        given::<Discovery>([requested(), concluded])
            .when(DiscoveryCommand::Conclude { outcome: nobody(), considered: vec![] })
            .then([]);
    }

    #[test]
    fn nothing_is_concluded_that_nobody_asked() {
        given::<Discovery>([])
            .when(DiscoveryCommand::Conclude { outcome: nobody(), considered: vec![] })
            .then_refused(&DiscoveryError::Absent);
    }
}
