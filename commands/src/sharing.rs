//! What is shared with HIUs, and with whom.

pub(crate) mod consent_check;
pub(crate) mod hiu_key;
pub mod hiu_trust;
pub mod read_document;
