#![doc = include_str!("../README.md")]

mod callback;
mod care_context;
mod clock;
pub mod conformance;
mod credentials;
mod draw;
mod faults;
mod flow_error;
mod gateway;
mod hiu;
mod journal;
mod message;
mod operation;
mod options;
mod patch;
mod peer;
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

pub use care_context::CareContext;
pub use credentials::Credentials;
pub use faults::{ErrorForm, Faults, HeldCall, Hold, HoldState, Target};
pub use flow_error::{FlowError, HipError};
pub use gateway::keys::KeysError;
pub use gateway::register::AbhaHolder;
pub use hiu::decrypt::DecryptError;
pub use hiu::delivery::{Delivery, Incomplete, Page, StatusResponse};
pub use hiu::key_form::Dialect;
pub use hiu::{ConsentRequest, HealthInformationRequest, Hiu};
pub use journal::{Direction, Entry, Journal, NotSeen};
pub use operation::{Operation, UnknownOperation};
pub use options::{Deadlines, LinkRefusals, Options, Redelivery, TokenLimits};
pub use peer::Peer;
pub use phr::{
    Artefact, ConsentStatus, DiscoverRequest, Discovery, Grant, Identifier, PatientStatus, Phr,
    ShareRequest,
};
pub use proxy::Proxy;
pub use sandbox::{Sandbox, StartError};
pub use sms::Sms;
pub use state::discovery::Offer;
pub use state::link::LinkReference;
pub use state::share::QueueToken;
pub use state::text::Text;
pub use version::ApiVersion;
pub use violation::Violation;
