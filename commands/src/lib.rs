//! What the provider does about what happened.
//!
//! Reading order: [`visits`] and [`intake`] are the two doors; a door only writes to the log.
//! [`process`] looks at each event and names the [`task`]s that follow, purely. [`perform`] does
//! them, one file a task, and writes what came of it to the log, where [`process`] sees it again.
//!
//! This crate knows the domain and names what it needs from outside as [`port`]s; it knows neither
//! Postgres nor HTTP.

pub mod abdm_error;
pub mod amrit;
pub mod audit;
pub mod callbacks;
pub mod caller;
pub mod certification;
pub mod codec;
mod consent_check;
pub mod dispatch;
pub mod erasure;
pub mod explain;
pub mod facility_intake;
pub mod fetching;
mod hiu_key;
pub mod hiu_trust;
pub mod intake;
mod link_refusal;
pub mod linking;
pub mod lookup;
pub mod matching;
mod noticed;
mod opt_out;
mod otp;
mod otp_limits;
pub mod perform;
mod person;
pub mod port;
pub mod process;
pub mod provider;
pub mod records;
pub mod registration;
pub mod replay;
pub mod routing;
pub mod settings;
pub mod store;
pub mod task;
pub mod viewing;
pub mod visit_display;
pub mod visit_source;
pub mod visits;

pub use provider::Provider;
