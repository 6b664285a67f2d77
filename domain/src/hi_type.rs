//! The health information types of ABDM.

pub use abdm_fhir::HiType;
