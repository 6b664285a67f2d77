//! One binary for the whole suite; a file for each journey or promise.

mod append_only;
mod callbacks;
mod crash;
mod differential;
mod journey;
mod log;
mod privacy;
mod tidy;
mod visits;
