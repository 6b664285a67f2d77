//! Patients: found, matched, and what the log holds of them.

pub mod lookup;
pub mod matching;
pub(crate) mod patient_data;
