//! Visits that record systems push, what became of them, and of which facilities visits are fetched.

pub(crate) mod facilities;
pub(crate) mod visit;
pub(crate) mod visit_answer;
pub(crate) mod visit_jobs;
pub(crate) mod visit_stream;
pub(crate) mod visits;
