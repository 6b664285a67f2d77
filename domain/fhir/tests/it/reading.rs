//! Which visits are accepted, and what is said of them.

mod found;
mod limits;
mod visits;
mod warnings;
