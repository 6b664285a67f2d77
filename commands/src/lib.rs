//! The application layer: handles callbacks, pushed visits and events.
//!
//! Reading order: [`visits`] and [`inbox`] receive input and only append to the log. [`process_managers`] derive
//! [`tasks`] from each event; they are pure. [`tasks::handlers`] runs the tasks, one file for each, and appends the
//! results to the log.
//!
//! This crate depends on the domain. It declares what else it needs as [`port`]s and depends on neither Postgres nor
//! HTTP.

pub mod accountability;
pub mod inbox;
pub mod linking;
pub mod log;
pub mod operations;
pub mod patients;
pub mod port;
pub mod ports;
pub mod process_managers;
pub mod settings;
pub mod sharing;
pub mod tasks;
pub mod visits;

pub use ports::Ports;
