//! Projections: pure functions from events to changes of read models.
//!
//! A projection returns the change that an event makes; the adapter of the same name in `hip-infra` writes it. Each
//! change contains whole values for one row, so it is idempotent, and a rebuild from an empty table gives the same
//! rows.

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
