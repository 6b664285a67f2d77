//! Questions that commands ask of the read models in PostgreSQL.

pub mod conversations;
pub mod evidence;
pub mod facility_ids;
pub mod patient_directory;
pub mod transfer_directory;
