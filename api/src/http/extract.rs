//! The parts of a request: bodies, names, pages.

pub(crate) mod asked;
pub(crate) mod bodies;
pub(crate) mod page;
