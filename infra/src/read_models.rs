//! The relational read models: what the projections say, written to their tables.

mod care_context;
mod consent;
mod data_flow_request;
mod patient_index;
mod table;
mod visit;

pub use care_context::CareContextTable;
pub use consent::ConsentTable;
pub use data_flow_request::DataFlowRequestTable;
pub use patient_index::PatientIndexTable;
pub use table::Kept;
pub use visit::VisitTable;
