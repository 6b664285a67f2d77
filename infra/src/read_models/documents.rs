//! Read models that lie in the document store: a view says what an event changes, the collection is
//! kept in step with the log.

mod collection;
mod resources;

pub use collection::{DocumentChange, DocumentView, KeptCollection};
pub use resources::Resources;
