//! Adapters: implementations of the ports of `hip-commands`.
//!
//! [`postgres`] has the log, the vault, seals and erasure; [`http`] has the gateway and the HIUs. [`subscription`] is
//! the
//! only loop over the log, [`worker`] the only engine that runs due tasks.

pub mod ambient;
pub mod cache;
pub mod config;
pub mod document_store;
pub mod health;
pub mod http;
pub mod postgres;
pub mod read_models;
pub mod shadow;
pub mod subscription;
pub mod visit_trigger;
mod wake_times;
pub mod worker;
