//! Visits of record systems: pushed or fetched, registered, shown.

pub mod facility_intake;
pub mod fetching;
pub mod push;
pub mod registration;
pub mod visit_display;
pub mod visit_source;
