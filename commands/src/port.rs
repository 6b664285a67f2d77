//! What we need from outside. One trait a file; the adapters in `infra` carry the same names.

pub mod clock;
pub mod conversations;
pub mod document_store;
pub mod eraser;
pub mod evidence;
pub mod gateway;
pub mod hiu;
pub mod ids;
pub mod link_token_cache;
pub mod log;
pub mod otp_sender;
pub mod patient_directory;
pub mod replay_queue;
pub mod transfer_directory;
pub mod vault;
pub mod visit_records;
pub mod visit_trigger;

pub use clock::Clock;
pub use conversations::Conversations;
pub use document_store::DocumentStore;
pub use eraser::Eraser;
pub use evidence::Evidence;
pub use gateway::Gateway;
pub use hiu::Hiu;
pub use ids::Ids;
pub use link_token_cache::LinkTokenCache;
pub use log::Log;
pub use otp_sender::OtpSender;
pub use patient_directory::PatientDirectory;
pub use replay_queue::ReplayQueue;
pub use transfer_directory::TransferDirectory;
pub use vault::Vault;
pub use visit_records::VisitRecords;
pub use visit_trigger::VisitTrigger;
