//! The log and the stores beside it.

pub(crate) mod contract;
mod differential;
mod documents_for_amrit;
mod documents_in_mongo;
mod log;
mod lost_stores;
mod sealed_documents;
mod visit_trigger;
