//! Extractors for parts of a request: bodies, names, pages.

pub(crate) mod bodies;
pub(crate) mod input;
pub(crate) mod page;
pub(crate) mod schema;
