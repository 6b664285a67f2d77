//! Consents, transfers, and documents.

pub(crate) mod consents;
pub(crate) mod fhir;
pub(crate) mod transfers;
