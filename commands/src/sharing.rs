//! Sharing of records with HIUs.

pub(crate) mod consent_check;
pub(crate) mod hiu_key;
pub mod hiu_trust;
pub mod read_document;
