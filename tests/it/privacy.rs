//! Personal data, and who has seen them.

mod access_log;
mod append_only;
mod audit;
mod audit_patient;
pub(crate) mod erasure;
pub(crate) mod nothing_personal;
mod seals;
