//! Erasures, and who has seen what.

pub(crate) mod erasures;
pub(crate) mod patient_audit;
