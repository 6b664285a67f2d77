//! What an event changes in a collection of documents.

use hip_commands::port::document_store::Fields;

/// What a document says, given what it said before. Nothing: there is none, or none any more.
pub type Edit = Box<dyn FnOnce(Option<Fields>) -> Option<Fields> + Send>;

/// What an event changes.
pub enum DocumentChange {
    /// A document is there, with this content.
    Put(String, Fields),
    /// What a document says follows from what it said.
    Edit(String, Edit),
    /// There is none under this key any more.
    Remove(String),
}
