//! The ports: what the application needs from outside. One trait in each file; the adapters in `infra` have the same
//! names.

pub mod clock;
pub mod consent_key;
pub mod correlation_index;
pub mod document_store;
pub mod draft;
pub mod eraser;
pub mod gateway;
pub mod history_reader;
pub mod hiu;
pub mod ids;
pub mod link_token_cache;
pub mod log;
pub mod otp_sender;
pub mod patient_directory;
pub mod read_model_cursor;
pub mod replay_queue;
pub mod transfer_directory;
pub mod vault;
pub mod visit_records;
pub mod visit_trigger;

pub use clock::Clock;
pub use consent_key::ConsentKey;
pub use correlation_index::CorrelationIndex;
pub use document_store::DocumentStore;
pub use draft::Draft;
pub use eraser::Eraser;
pub use gateway::Gateway;
pub use history_reader::HistoryReader;
pub use hiu::Hiu;
pub use ids::Ids;
pub use link_token_cache::LinkTokenCache;
pub use log::Log;
pub use otp_sender::OtpSender;
pub use patient_directory::PatientDirectory;
pub use read_model_cursor::ReadModelCursor;
pub use replay_queue::ReplayQueue;
pub use transfer_directory::TransferDirectory;
pub use vault::Vault;
pub use visit_records::VisitRecords;
pub use visit_trigger::VisitTrigger;
