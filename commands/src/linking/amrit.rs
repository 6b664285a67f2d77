//! AMRIT's way of linking, as its user interface goes it: a token for a person first, then the link of a
//! visit, which may not have been pushed yet.
//!
//! Nothing here is another path to the gateway. What AMRIT asks for becomes the same events as a pushed
//! visit does; only that the caller waits for them.

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

/// Why nothing was done.
#[derive(Debug, Error)]
pub enum AmritError {
    /// A member of the request can be no identifier of the network.
    #[error("{field} {source}")]
    Identifier {
        /// Which member.
        field: &'static str,
        /// What it must look like.
        source: InvalidId,
    },
    /// The patient cannot be described to the network.
    #[error("nothing is known of this beneficiary: ask for a link token first")]
    UnknownPerson,
    /// The visit is known, and is not that of the patient who is named.
    #[error("the visit is another patient's: check beneficiaryID and abhaAddress")]
    OtherPatient,
    /// The tokens cannot be read or written.
    #[error(transparent)]
    Token(#[from] DispatchError<LinkTokenError>),
    /// The calls cannot be read.
    #[error(transparent)]
    Call(#[from] DispatchError<OutboundError>),
    /// The visit cannot be read.
    #[error(transparent)]
    Visit(#[from] DispatchError<VisitError>),
    /// The care context cannot be read or written.
    #[error(transparent)]
    CareContext(#[from] DispatchError<hip_domain::care_context::CareContextError>),
    /// The person cannot be stored.
    #[error(transparent)]
    Person(#[from] RegistrationError),
    /// The keys.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// That the caller is given something of a person could not be recorded.
    #[error(transparent)]
    Viewing(#[from] AccessLogError),
    /// Something in the log cannot be read.
    #[error("the log cannot be read")]
    Log(#[from] TaskError),
}

/// A refusal of the gateway, in its code and our words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The code.
    pub code: ErrorCode,
    /// What it means here.
    pub what: &'static str,
}
