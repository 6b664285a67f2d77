//! Care contexts: listed, linked, and why one is not.

pub(crate) mod care_contexts;
pub(crate) mod explanation;
pub(crate) mod link;
pub(crate) mod link_error;
pub(crate) mod links;
