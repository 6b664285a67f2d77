//! Queries on the read models in PostgreSQL: those of commands, and those of the binary's lists and pages.

pub mod correlation_index;
pub mod facility_ids;
pub mod facility_intake;
pub mod find_id;
pub mod history_reader;
pub mod links;
pub mod lists;
pub mod missing_tasks;
pub mod overview;
pub mod patient_directory;
pub mod transfer_directory;
pub mod transfer_pages;
pub mod trusted_hius;
pub mod visit_documents;
