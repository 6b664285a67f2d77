//! Linking as AMRIT's user interface does it: first a token for a patient, then the link of a visit, which may not
//! have been pushed yet.
//!
//! The gateway is called in the usual way: a request of AMRIT results in the same events as a pushed visit. The only
//! difference is that the caller waits for the result.

pub mod facility;
pub mod link;
pub mod token;

use hip_domain::id::{ErrorCode, InvalidId};
use hip_domain::link_token::LinkTokenError;
use hip_domain::outbound::OutboundError;
use hip_domain::visit::VisitError;
use thiserror::Error;

use crate::accountability::access_log::AccessLogError;
use crate::log::dispatch::DispatchError;
use crate::port::vault::VaultError;
use crate::tasks::TaskError;
use crate::visits::registration::RegistrationError;

/// Why a request of AMRIT failed.
#[derive(Debug, Error)]
pub enum AmritError {
    /// A member of the request is not a valid identifier.
    #[error("{field} {source}")]
    Identifier {
        /// Name of the member.
        field: &'static str,
        /// The expected format.
        source: InvalidId,
    },
    /// The patient's demographics are not known.
    #[error("nothing is known of this beneficiary: ask for a link token first")]
    UnknownPerson,
    /// The visit is known and belongs to another patient.
    #[error("the visit is another patient's: check beneficiaryID and abhaAddress")]
    OtherPatient,
    /// The link token stream could not be read or written.
    #[error(transparent)]
    Token(#[from] DispatchError<LinkTokenError>),
    /// The stream of a call could not be read.
    #[error(transparent)]
    Call(#[from] DispatchError<OutboundError>),
    /// The stream of the visit could not be read.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The stream of the care context could not be read or written.
    #[error(transparent)]
    CareContext(#[from] DispatchError<hip_domain::care_context::CareContextError>),
    /// The patient could not be registered.
    #[error(transparent)]
    Person(#[from] RegistrationError),
    /// The vault failed.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The access could not be recorded.
    #[error(transparent)]
    Viewing(#[from] AccessLogError),
    /// An event in the log could not be read.
    #[error("the log cannot be read")]
    Log(#[from] TaskError),
}

/// A refusal by the gateway, with our explanation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The gateway's error code.
    pub code: ErrorCode,
    /// What the code means, for a reader.
    pub what: &'static str,
}
