//! The log is sealed: signed statements of what it was, kept beside it and published elsewhere.
//!
//! [`Sealer`] makes them while the service runs, [`published`] reads what was published, and
//! [`prove`] shows that an event lies under one. What they are is told in `hip_proof`.

mod journal;
mod key;
mod proof;
mod sealer;
mod table;

pub use journal::{JournalError, publish, published};
pub use key::{SealKeyError, read_or_create};
pub use proof::{ProofError, prove};
pub use sealer::{SealPace, Sealer, SealingError};
pub use table::kept;
