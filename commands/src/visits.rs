//! Visits of record systems: push, fetch, registration and display.

pub mod facility_pause;
pub mod fetch_visit;
pub mod push;
pub mod registration;
pub mod visit_display;
pub mod visit_revision;
