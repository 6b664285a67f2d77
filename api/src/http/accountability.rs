//! Erasures and the audit of patient data.

pub(crate) mod erasures;
pub(crate) mod patient_audit;
