//! How a document is shown to people.

mod rendering;
mod shown;

pub(crate) use shown::has;
