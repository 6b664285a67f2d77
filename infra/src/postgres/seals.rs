//! Seals of the log: signed statements of its content, stored beside it and published elsewhere.
//!
//! [`Sealer`] makes them while the service runs, [`published`] reads the published ones,
//! [`prove`] shows that a seal covers an event, and [`archive`] writes events with their seals to a file. The format is described in `hip_proof`.

mod archive;
mod journal;
mod key;
mod proof;
mod sealer;
mod table;

pub use archive::{ArchiveError, archive};
pub use journal::{JournalError, publish, published};
pub use key::{SealKeyError, read_or_create};
pub use proof::{ProofError, prove};
pub use sealer::{SealPace, Sealer, SealingError};
pub use table::kept;
