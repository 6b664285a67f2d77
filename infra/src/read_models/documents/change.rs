//! What an event changes in a collection of documents.

use hip_commands::port::document_store::Fields;

/// Computes the new content from the old one. `None` means no document, before or after.
pub type Edit = Box<dyn FnOnce(Option<Fields>) -> Option<Fields> + Send>;

/// What an event changes.
pub enum DocumentChange {
    /// Writes a document with this content.
    Put(String, Fields),
    /// Computes the content from the previous content.
    Edit(String, Edit),
    /// Removes the document with this key.
    Remove(String),
}
