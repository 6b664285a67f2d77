//! Decisions: what is done about callbacks, pushed visits and events.
//!
//! Reading order: [`visits`] and [`inbox`] are the two doors; a door only writes to the log. [`process_managers`] look at
//! each event and name the [`tasks`] that follow, purely. [`tasks::handlers`] does them, one file a task, and writes
//! what came of it to the log, where the process managers see it again.
//!
//! This crate knows the domain and names what it needs from outside as [`port`]s; it knows neither Postgres nor HTTP.

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
