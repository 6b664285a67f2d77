//! Queries of commands on the read models in PostgreSQL.

pub mod correlation_index;
pub mod facility_ids;
pub mod history_reader;
pub mod patient_directory;
pub mod transfer_directory;
