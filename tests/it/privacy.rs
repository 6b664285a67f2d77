//! Personal data, and who has seen them.

mod append_only;
mod audit;
mod audit_patient;
pub(crate) mod erasure;
mod looks;
pub(crate) mod nothing_personal;
mod seals;
