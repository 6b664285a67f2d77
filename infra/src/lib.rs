//! Adapters: what the ports of `hip-commands` are in the world.
//!
//! [`event_store`] and [`vault`] are Postgres and cryptography, [`gateway`] and [`hiu`] are HTTP.
//! [`subscription`] is the only loop over the log, [`outbox`] the only place from which work is
//! done. File names mirror the ports.

pub mod amrit_sessions;
pub mod clock;
pub mod config;
pub mod conversations;
mod deadline;
pub mod document_store;
pub mod environment;
pub mod epochs;
pub mod eraser;
pub mod event_store;
pub mod evidence;
pub mod facility_ids;
pub mod gateway;
pub mod hiu;
#[cfg(test)]
mod http_stub;
pub mod ids;
pub mod link_token_cache;
pub mod otp_sender;
pub mod outbox;
pub mod patient_directory;
pub mod postgres;
pub mod projection_status;
pub mod projection_wait;
pub mod reactions;
pub mod read_models;
pub mod readiness;
pub mod rebuild;
mod redis_connection;
pub mod replays;
mod retry_after;
pub mod seals;
mod secret_file;
pub mod shadow;
pub mod subscription;
pub mod text_file;
pub mod transfer_directory;
pub mod vault;
pub mod visit_jobs;
pub mod visit_records;
pub mod visit_trigger;
pub mod watchdog;
pub mod worker;
