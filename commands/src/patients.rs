//! Patients: lookup keys, matching, and access to stored data.

pub mod lookup;
pub mod matching;
pub(crate) mod patient_data;
