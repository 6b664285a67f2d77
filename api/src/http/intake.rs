//! Pushed visits, their state, and facilities whose visits are fetched.

pub(crate) mod facilities;
pub(crate) mod visit;
pub(crate) mod visit_answer;
pub(crate) mod visit_jobs;
pub(crate) mod visit_stream;
pub(crate) mod visits;
