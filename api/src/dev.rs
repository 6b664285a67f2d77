//! For developers and for trials: benchmarks, demo and campaign.

pub(crate) mod bench;
pub(crate) mod campaign;
pub(crate) mod capture;
pub(crate) mod demo;
pub(crate) mod demo_environment;
mod node;
mod person;
pub(crate) mod scratch_server;
