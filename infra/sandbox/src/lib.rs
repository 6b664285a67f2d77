#![doc = include_str!("../README.md")]

pub mod conformance;
mod faults;
mod gateway;
mod hiu;
mod journal;
mod load_gateway;
mod patch;
mod phr;
mod proxy;
mod run;
mod sandbox;
mod server;
mod sms;
mod state;
mod wire;
mod world;

#[cfg(test)]
mod tests;

pub use faults::{ErrorForm, Faults, HeldCall, Hold, HoldState, Target};
pub use gateway::keys::KeysError;
pub use gateway::register::AbhaHolder;
pub use hiu::decrypt::DecryptError;
pub use hiu::delivery::{Delivery, Incomplete, Page, StatusResponse};
pub use hiu::key_form::KeyFormat;
pub use hiu::{ConsentRequest, HealthInformationRequest, Hiu};
pub use journal::{Direction, Entry, Journal, NotSeen};
pub use load_gateway::{Arrival, LoadGateway};
pub use phr::{
    Artefact, ConsentStatus, DiscoverRequest, Discovery, Grant, Identifier, PatientStatus, Phr,
    ShareRequest,
};
pub use proxy::Proxy;
pub use run::credentials::Credentials;
pub use run::options::{Deadlines, LinkRefusals, Redelivery, SandboxOptions, TokenLimits};
pub use sandbox::{Sandbox, StartError};
pub use sms::Sms;
pub use state::discovery::Offer;
pub use state::link::LinkReference;
pub use state::share::QueueToken;
pub use state::text::Text;
pub use wire::care_context::CareContext;
pub use wire::flow_error::{FlowError, HipError};
pub use wire::operation::{Operation, UnknownOperation};
pub use wire::peer::Peer;
pub use wire::version::ApiVersion;
pub use wire::violation::Violation;
