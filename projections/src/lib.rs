//! Events folded into views, purely.
//!
//! A projection says what an event changes in its view; the adapter in `hip-infra` of the same name
//! writes it. Each change is a whole value for one row, so that applying it twice is applying it
//! once, and a rebuild from an empty table gives the same rows.

pub mod callback;
pub mod care_context;
pub mod consent;
pub mod data_flow_request;
pub mod discovery_request;
pub mod facility_intake;
pub mod health_information;
pub mod initiated_link_request;
pub mod outbound_call;
pub mod patient_index;
pub mod visit;
