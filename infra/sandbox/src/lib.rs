#![doc = include_str!("../README.md")]

mod clock;
pub mod conformance;
mod draw;
mod faults;
mod gateway;
mod hiu;
mod journal;
mod message;
mod operation;
mod options;
mod patch;
mod phr;
mod proxy;
mod question;
mod sandbox;
mod server;
mod sms;
mod state;
mod tick;
mod version;
mod violation;
mod world;

#[cfg(test)]
mod tests;

pub use faults::{ErrorForm, Faults, HeldCall, Hold, HoldState, Target};
pub use gateway::keys::KeysError;
pub use gateway::register::AbhaHolder;
pub use hiu::decrypt::DecryptError;
pub use hiu::delivery::{Delivery, Incomplete, Page, StatusResponse};
pub use hiu::key_form::Dialect;
pub use hiu::{ConsentRequest, HealthInformationRequest, Hiu};
pub use journal::{Direction, Entry, Journal, NotSeen, Peer};
pub use operation::{Operation, UnknownOperation};
pub use options::{Deadlines, LinkRefusals, Options, Redelivery, TokenLimits};
pub use phr::{
    Artefact, CareContext, ConsentStatus, DiscoverRequest, Discovery, FlowError, Grant, HipError,
    Identifier, LinkReference, Offer, PatientStatus, Phr, QueueToken, ShareRequest,
};
pub use proxy::Proxy;
pub use sandbox::{Credentials, Sandbox, StartError};
pub use sms::{Sms, Text};
pub use version::ApiVersion;
pub use violation::Violation;
