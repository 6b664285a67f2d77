//! What an auditor checks of the event log without trusting its operators.
//!
//! Three things are built on each other:
//!
//! 1. The [`digest`](Digested) of an event, and the chain of its stream. They show that an event was
//!    changed, or that one is missing between two others.
//! 2. [`Seal`]s: every thousand events or every minute, the Merkle root over the hashes of the events
//!    since the last seal is signed with P-256 and published outside the database. They show what a
//!    chain cannot: that the newest events were cut off, or that everything was written anew.
//!    A standby that is promoted may lack events that were sealed. Then a [`Restart`] is signed and
//!    published, too: it says from which seal on the others are given up, and how far the loss goes.
//! 3. The [`Proof`] that one event lies under a seal. Who has it and the public key needs nothing else,
//!    and learns nothing of any other event.
//!
//! An [archive](ArchiveLine) is a stretch of the log with its seals in a file, which anyone can check with the
//! public key alone.
//!
//! Hashes cover what is stored, which is sealed under the keys of patients. So erasing a patient, which
//! destroys a key, leaves every hash, seal and proof as it was.
//!
//! No I/O, no clock, no randomness.

mod archive;
mod check;
mod digest;
mod inclusion;
mod key;
mod merkle;
mod restart;
mod seal;
#[cfg(test)]
mod tests;

pub use archive::{
    ARCHIVE_VERSION, ArchiveCheck, ArchiveContent, ArchiveFault, ArchiveLine, ArchivedEvent,
    CheckedArchive,
};
pub use check::{Fault, FaultKind, LogCheck, follow};
pub use digest::{Digested, genesis, link, sha256};
pub use inclusion::{Node, NotProven, Proof, ProvenEvent};
pub use key::{KeyError, KeyId, PublicKeys, SigningKey};
pub use merkle::{Tree, path};
pub use restart::{Chain, Published, Restart, RestartStatement, check};
pub use seal::{Seal, SealError, Statement};

/// Length of every hash here, in bytes.
pub const HASH_LENGTH: usize = 32;

/// A SHA-256 hash.
pub type Hash = [u8; HASH_LENGTH];
