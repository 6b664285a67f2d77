//! Care contexts: lists, links, and why one is not visible.

pub(crate) mod care_contexts;
pub(crate) mod explanation;
pub(crate) mod link;
pub(crate) mod link_error;
pub(crate) mod links;
