//! The kinds of health information that ABDM exchanges.

pub use abdm_fhir::HiType;
