//! The read models: changes of projections, written to tables, collections and the cache.

mod callback;
mod care_context;
mod consent;
mod data_flow_request;
mod discovery_request;
pub mod documents;
mod erased;
mod facility_intake;
mod health_information;
mod initiated_link_request;
mod link_tokens;
mod outbound_call;
mod patient_index;
mod table;
mod visit;

pub use callback::CallbackTable;
pub use care_context::CareContextTable;
pub use consent::ConsentTable;
pub use data_flow_request::DataFlowRequestTable;
pub use discovery_request::DiscoveryRequestTable;
pub use erased::Erased;
pub use facility_intake::FacilityIntakeTable;
pub use health_information::HealthInformationTable;
pub use initiated_link_request::InitiatedLinkRequestTable;
pub use link_tokens::LinkTokens;
pub use outbound_call::OutboundCallTable;
pub use patient_index::PatientIndexTable;
pub use table::TableProjection;
pub use visit::VisitTable;
